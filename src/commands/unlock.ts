import { VaultCommand } from '../command.ts'

interface Unlocked {
  readonly keyring: string
  readonly unlocked: boolean
  /** When it locks itself unless it is used before. */
  readonly until?: string
}

export default class Unlock extends VaultCommand {
  static override summary = 'Open the keyring for later commands, so that they need no passphrase'
  static override examples = ['<%= config.bin %> unlock']
  static override enableJsonFlag = true

  async run(): Promise<Unlocked> {
    const { container } = await this.open(Unlock)
    const { part, implementation, context } = await container.keystore()
    const keyring = part.name
    const nothing = 'the operating system asks for what it needs'
    const answer = (await implementation.unlock?.(context)) ?? { nothing }
    if (answer.nothing !== undefined) {
      this.log(`There is nothing to unlock in the keyring "${keyring}": ${answer.nothing}.`)
      return { keyring, unlocked: false }
    }
    if (answer.until === undefined) {
      this.log(`The keyring "${keyring}" is open.`)
      return { keyring, unlocked: true }
    }
    const until = new Date(answer.until)
    this.log(
      `The keyring "${keyring}" is open until ${until.toLocaleString()}, and longer if it is used. Close it: aws-vault lock`,
    )
    return { keyring, unlocked: true, until: until.toISOString() }
  }
}
