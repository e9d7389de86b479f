import type { ChildProcess } from 'node:child_process'
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bus } from '@aws-vault/plugin-sdk/dbus'
import { missing } from './needs.ts'
import { end, SessionBus } from './session-bus.ts'

const NAME = 'org.kde.kwalletd5'
const PLACE = { destination: NAME, path: '/modules/kwalletd5', interface: 'org.kde.KWallet' }

export interface KWalletOptions {
  /** With `DISPLAY` it can ask; else it draws its windows nowhere. */
  readonly env?: Readonly<Record<string, string>>
  /** Lines of `[Wallet]` in kwalletrc beside the usual ones. */
  readonly settings?: Readonly<Record<string, string>>
}

/** KDE's wallet daemon on a bus of its own. */
export class KWallet implements AsyncDisposable {
  readonly bus: SessionBus
  daemon: ChildProcess
  #connection: Bus

  private constructor(bus: SessionBus, daemon: ChildProcess, connection: Bus) {
    this.bus = bus
    this.daemon = daemon
    this.#connection = connection
  }

  /** What it needs that this machine has not; `false` if nothing. */
  static readonly missing = (): string | false => SessionBus.missing() || missing('kwalletd5')

  static async start({ env = {}, settings = {} }: KWalletOptions = {}): Promise<KWallet> {
    const platform = env.DISPLAY ? {} : { QT_QPA_PLATFORM: 'offscreen' }
    const bus = await SessionBus.start({ env: { ...platform, ...env } })
    mkdirSync(join(bus.home, '.config'))
    // As it is for people who have answered its first questions.
    const lines = {
      Enabled: 'true',
      'First Use': 'false',
      'Prompt on Open': 'false',
      'Leave Open': 'true',
      ...settings,
    }
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(join(bus.home, '.config', 'kwalletrc'), `[Wallet]\n${text.join('')}`)
    return new KWallet(bus, await bus.startDaemon(NAME, 'kwalletd5'), await bus.connect())
  }

  /** Has a new process in place of the one that runs. What it has is closed. */
  async restart(): Promise<void> {
    await end(this.daemon)
    this.daemon = await this.bus.startDaemon(NAME, 'kwalletd5')
  }

  /** Makes or opens the wallet without asking anybody, as the login does it. */
  async openWallet(password = 'secret', wallet = 'aws-vault'): Promise<void> {
    const directory = join(this.bus.home, '.local', 'share', 'kwalletd')
    const salt = this.#salts.get(wallet) ?? randomBytes(56)
    this.#salts.set(wallet, salt)
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, `${wallet}.salt`), salt)
    const hash = pbkdf2Sync(password, salt, 50_000, 56, 'sha512')
    this.#connection.tell({ ...PLACE, member: 'pamOpen', signature: 'sayi', args: [wallet, hash, 0] })
    const [isOpen] = await this.call('isOpen', 's', [wallet])
    if (isOpen !== true) throw new Error(`the wallet ${wallet} was not opened`)
  }

  readonly #salts = new Map<string, Buffer>()

  /** Closes the wallet, whoever uses it. */
  async closeWallet(wallet = 'aws-vault'): Promise<void> {
    await this.call('close', 'sb', [wallet, true])
  }

  /** Removes the wallet. */
  async deleteWallet(wallet = 'aws-vault'): Promise<void> {
    await this.call('deleteWallet', 's', [wallet])
  }

  /** Calls a method of the daemon. */
  call(member: string, signature = '', args: readonly unknown[] = []): Promise<readonly unknown[]> {
    return this.#connection.call({ ...PLACE, member, signature, args })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus[Symbol.asyncDispose]()
  }
}
