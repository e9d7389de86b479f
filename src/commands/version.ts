import { VaultCommand } from '../command.ts'

export default class Version extends VaultCommand {
  static override summary = 'Print the version of aws-vault, of the system and of Node'
  static override enableJsonFlag = true

  async run(): Promise<{ version: string; platform: string; arch: string; node: string }> {
    await this.open(Version)
    const { userAgent, version, platform, arch } = this.config
    this.log(userAgent)
    return { version, platform, arch, node: process.version }
  }
}
