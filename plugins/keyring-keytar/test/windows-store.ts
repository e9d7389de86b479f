import { hash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyringBackend } from '@aws-vault/plugin-sdk'
import type { Binding, StoredPassword } from '../src/binding.ts'
import { KeytarKeyring } from '../src/keytar-keyring.ts'
import { traitsOf } from '../src/traits.ts'

/**
 * keytar with the Windows Credential Manager behind it, as far as both are documented and keytar's source shows: targets
 * are `service/account` and are the same whatever their case, a listing is of all that begin with the service, a blob
 * has at most 2560 bytes. In files, so that processes can share it.
 */
export class WindowsStore implements Binding {
  readonly #directory: string
  /** How many calls that write there were so far. */
  writes = 0
  /** Called before each call that writes, with their number; what it throws is what the call throws. */
  onWrite: (count: number) => void = () => {}
  /** Called before each reading of one password. */
  onRead: (account: string) => void | Promise<void> = () => {}

  constructor(directory: string) {
    this.#directory = directory
    mkdirSync(directory, { recursive: true })
  }

  async getPassword(service: string, account: string): Promise<string | null> {
    await this.onRead(account)
    return this.#read(this.#file(service, account))?.password ?? null
  }

  async setPassword(service: string, account: string, password: string): Promise<void> {
    this.onWrite(++this.writes)
    if (password === '') throw new Error('Password is required.')
    if (Buffer.byteLength(password) > 2560) throw new Error('The stub received bad data.')
    if (account.length > 512) throw new Error('The parameter is incorrect.')
    const file = this.#file(service, account)
    const temporary = join(this.#directory, `.${crypto.randomUUID()}`)
    writeFileSync(temporary, JSON.stringify({ account, password }))
    renameSync(temporary, file)
  }

  async deletePassword(service: string, account: string): Promise<boolean> {
    this.onWrite(++this.writes)
    const file = this.#file(service, account)
    if (this.#read(file) === undefined) return false
    rmSync(file, { force: true })
    return true
  }

  async findCredentials(service: string): Promise<readonly StoredPassword[]> {
    const beginning = nameOf(service)
    return this.targets()
      .filter(name => name.startsWith(beginning))
      .flatMap(name => this.#read(join(this.#directory, name)) ?? [])
  }

  /** The files of all stored passwords. */
  targets(): string[] {
    return readdirSync(this.#directory).filter(name => !name.startsWith('.'))
  }

  /** How many parts of split items there are. */
  parts(): number {
    return this.targets().filter(name => name.startsWith(nameOf('parts of '))).length
  }

  #file(service: string, account: string): string {
    return join(this.#directory, nameOf(`${service}/${account}`))
  }

  #read(file: string): StoredPassword | undefined {
    try {
      return JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}

/** A file's name for a target: keeps beginnings, and is the same whatever the case. A file system takes 255 bytes. */
function nameOf(target: string): string {
  const name = encodeURIComponent(target.toLowerCase()).replaceAll('%', '~')
  return name.length <= 200 ? name : name.slice(0, 200) + hash('sha256', name).slice(0, 32)
}

/** The keyring `wincred` on such a store in the directory that the option `directory` names. */
const backend: KeyringBackend = {
  available: async () => ({ available: true }),
  open: async context =>
    new KeytarKeyring({
      binding: new WindowsStore(String(context.options.directory)),
      traits: traitsOf('win32'),
      service: 'aws-vault',
      context,
    }),
}

export default backend
