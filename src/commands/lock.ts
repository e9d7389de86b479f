import { VaultCommand } from '../command.ts'
import { tellServers } from '../server/tell-servers.ts'

interface Locked {
  readonly keyring: string
  /** Whether it was open before. */
  readonly locked: boolean
}

export default class Lock extends VaultCommand {
  static override summary = 'Close the keyring: forget the key that opens it'
  static override examples = ['<%= config.bin %> lock']
  static override enableJsonFlag = true

  async run(): Promise<Locked> {
    const { container } = await this.open(Lock)
    const { part, implementation, context } = await container.keystore()
    const locked = (await implementation.lock?.(context)) ?? false
    await tellServers(container, 'lock')
    this.log(locked ? `The keyring "${part.name}" is locked.` : `The keyring "${part.name}" was not open.`)
    return { keyring: part.name, locked }
  }
}
