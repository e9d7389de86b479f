import { statSync, unlinkSync } from 'node:fs'
import {
  decodeItem,
  encodeItem,
  type Item,
  type Keyring,
  KeyringLockedError,
  KeyringStorageError,
  type PartContext,
} from '@aws-vault/plugin-sdk'
import { sweepTemporaryFiles, syncDirectory, systemCode, writeAtomically } from '@aws-vault/plugin-sdk/files'
import { AgentClient } from './agent/client.ts'
import { socketOf, startAgent } from './agent/start-agent.ts'
import { decryptContent, isSameDerivation, newContentKey, sealJwe, unwrapContentKey } from './jwe.ts'
import { Passphrase } from './passphrase.ts'
import { ProvenKeys } from './proven-keys.ts'
import { sealAnew } from './seal-anew.ts'
import { type Sealer, sealerOf } from './sealer.ts'
import { notAnItem, type SealedFile, VaultDirectory } from './vault-directory.ts'
import type { WrappingKeys } from './wrapping-keys.ts'

/** PBKDF2 rounds that suit today's guessers (OWASP, Password Storage Cheat Sheet, for SHA-256). */
const DEFAULT_ROUNDS = 600_000
/** From so many rounds on, deriving the key takes longer than the rest of us, so that an agent is worth it. */
const MANY_ROUNDS = 100_000
/** The most that one build of the Go tool reads. */
const MOST_ROUNDS_WRITTEN = 1_300_000

/** A directory of sealed items that share one passphrase. */
export class FileKeyring implements Keyring {
  readonly #context: PartContext
  readonly #directory: VaultDirectory
  readonly #passphrase: Passphrase
  readonly #proven: ProvenKeys
  #tended = false
  #agentClient: { readonly client: AgentClient | undefined } | undefined

  constructor(path: string, context: PartContext) {
    this.#context = context
    this.#directory = new VaultDirectory(path, context)
    this.#proven = new ProvenKeys(this.#directory)
    this.#passphrase = new Passphrase(context, {
      directory: path,
      place: this.#directory.place,
      isNew: () => this.#directory.sealed().next().done === true,
      fit: keys => this.#proven.fit(keys),
    })
  }

  async get(key: string): Promise<Item | undefined> {
    const file = this.#directory.item(key)
    if (file === undefined) return undefined
    const byAgent = await this.#agent?.unwrap(file.jwe)
    if (byAgent !== undefined) return this.#decrypt(file, byAgent)
    const keys = await this.#passphrase.keys()
    const contentKey = await unwrapContentKey(file.jwe.encryptedKey, await keys.get(file.jwe))
    if (contentKey === undefined) throw await this.#lockedItem(file, keys)
    const item = await this.#decrypt(file, contentKey)
    this.#proven.opened(file)
    await this.#tend(keys, file.jwe.rounds < this.#wishedRounds)
    return item
  }

  async set(item: Item): Promise<void> {
    const path = this.#directory.pathOf(item.key)
    const what = `write the item "${item.key}"`
    const contentKey = newContentKey()
    const byAgent = await this.#agent?.wrap(contentKey)
    // It may be the agent of a vault that lay here before.
    const sealer = byAgent && this.#proven.holds(byAgent.derivation) ? undefined : await this.#sealer()
    const wrapped = byAgent && sealer === undefined ? byAgent : await (sealer as Sealer).wrap(contentKey)
    const created = this.#context.clock.now()
    const content = await sealJwe(encodeItem(item), contentKey, { ...wrapped, created })
    const lockName = this.#directory.attempt(what, () => this.#lockName())
    // One lock from the look at what is there to the rename: else two who begin a vault at once could both be first, each
    // with a passphrase of its own.
    await this.#locked(lockName, async () => {
      const fits = sealer === undefined ? this.#proven.holds(wrapped.derivation) : await sealer.fits()
      if (!fits) throw this.#wrongPassphrase()
      const stats = this.#directory.attempt(what, () => {
        sweepTemporaryFiles(this.#directory.path, created)
        return writeAtomically(path, content)
      })
      if (sealer !== undefined) this.#proven.opened({ path, stats })
    })
    if (sealer !== undefined) await this.#tend(sealer.keys, false)
  }

  async remove(key: string): Promise<boolean> {
    const path = this.#directory.pathOf(key)
    return this.#directory.attempt(`remove the item "${key}"`, () => {
      try {
        // A directory is no item; macOS would answer "not permitted".
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false
        unlinkSync(path)
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false
        throw error
      }
      syncDirectory(this.#directory.path)
      return true
    })
  }

  async keys(): Promise<string[]> {
    return this.#directory.files().map(({ key }) => key)
  }

  async close(): Promise<void> {
    this.#forget()
  }

  /**
   * Has the passphrase asked for unless it is known, and an agent started that keeps the vault open.
   * @returns when the agent ends unless it is used before, in milliseconds since 1970; `undefined` where there is nothing
   *   to open
   * @throws KeyringLockedError when the passphrase is wrong
   * @throws KeyringStorageError when none keeps the key
   * @throws VaultError when no agent can be started
   */
  async unlock(): Promise<number | undefined> {
    const agent = this.#agent
    if (agent === undefined || this.#directory.sealed().next().done === true) return undefined
    const until = await this.#openUntil(agent)
    // A passphrase that is given is looked at all the same: a wrong one must not seem right.
    if (until !== undefined && !this.#passphrase.given) return until
    const keys = await this.#passphrase.keys()
    if ((await this.#proven.fit(keys)) !== 'opens') throw this.#wrongPassphrase()
    await this.#tendAlone(keys, agent)
    const begun = await this.#openUntil(agent)
    if (begun !== undefined) return begun
    throw new KeyringStorageError(`no agent could be made to keep the vault in ${this.#directory.place} open`, {
      hint: 'see what --debug says; without one, set AWS_VAULT_FILE_PASSPHRASE or be asked each time',
      facts: { keyring: 'file', directory: this.#directory.path },
    })
  }

  /** Whether a person has to give the passphrase before an item can be read. */
  async isLocked(): Promise<boolean> {
    if (this.#passphrase.given || this.#directory.sealed().next().done === true) return false
    return this.#agent === undefined || (await this.#openUntil(this.#agent)) === undefined
  }

  /** When the agent ends, if it keeps the key of this vault: it may be that of one that lay here before. */
  async #openUntil(agent: AgentClient): Promise<number | undefined> {
    const status = await agent.status()
    return status && this.#proven.holds(status.derivation) ? status.until : undefined
  }

  /** Looked for when an item is read or written: where there is none, no directory for its socket need be made. */
  get #agent(): AgentClient | undefined {
    this.#agentClient ??= { client: agentOf(this.#directory.path, this.#context) }
    return this.#agentClient.client
  }

  get #wishedRounds(): number {
    const { workFactor } = this.#context.options
    return typeof workFactor === 'number' ? workFactor : DEFAULT_ROUNDS
  }

  /** What is wished, or what is there: a vault is as weak as its weakest item, and one careless run must not weaken it. */
  get #rounds(): number {
    let rounds = this.#wishedRounds
    for (const { jwe } of this.#directory.sealed()) {
      if (jwe.rounds > rounds && jwe.rounds <= MOST_ROUNDS_WRITTEN) rounds = jwe.rounds
    }
    return rounds
  }

  async #sealer(): Promise<Sealer> {
    return sealerOf(await this.#passphrase.keys(), this.#rounds, this.#directory, this.#proven)
  }

  /**
   * Once, when the passphrase is known: has what is sealed too weakly sealed anew, and an agent started, so that the
   * passphrase need not be given again. Whatever fails here, nobody has asked for.
   */
  async #tend(keys: WrappingKeys, isWeak: boolean): Promise<void> {
    if (this.#tended) return
    const agent = !this.#passphrase.given || this.#wishedRounds >= MANY_ROUNDS ? this.#agent : undefined
    if (agent === undefined && !isWeak) return
    this.#tended = true
    try {
      await this.#tendAlone(keys, agent)
    } catch (error) {
      this.#context.signal.throwIfAborted()
      this.#context.logger.debug(`the vault in ${this.#directory.place} is left as it is: ${(error as Error).message}`)
    }
  }

  #tendAlone(keys: WrappingKeys, agent: AgentClient | undefined): Promise<void> {
    return this.#locked(this.#lockName(), async () => {
      const sealer = await sealerOf(keys, this.#rounds, this.#directory, this.#proven)
      const { derivation } = sealer
      // An agent opens what is sealed by its own key, and nothing else. What is sealed more strongly stays as it is.
      const isMeant = ({ jwe: { rounds } }: SealedFile): boolean =>
        rounds < derivation.rounds || (agent !== undefined && rounds === derivation.rounds)
      await sealAnew({ directory: this.#directory, sealer, isMeant, context: this.#context })
      if (agent === undefined || !this.#proven.holds(derivation)) return
      const running = await agent.wrap(newContentKey())
      if (running !== undefined && isSameDerivation(running.derivation, derivation)) return
      // Its key opens nothing here any more. One that does not answer ends when it sees that its place is taken.
      await agent.lock().catch((error: Error) => this.#context.logger.debug(error.message))
      await startAgent(this.#directory.path, { derivation, wrappingKey: await keys.get(derivation) }, this.#context)
    })
  }

  async #decrypt(file: SealedFile, contentKey: Uint8Array): Promise<Item> {
    const plaintext = await decryptContent(file.jwe, contentKey)
    if (plaintext === undefined) throw notAnItem(file.path, 'it was changed after it was written')
    return decode(file, plaintext)
  }

  async #lockedItem(file: SealedFile, keys: WrappingKeys): Promise<Error> {
    if ((await this.#proven.fit(keys, file.path)) === 'opens') {
      return notAnItem(file.path, 'it is damaged or was written with another passphrase than the rest of the vault')
    }
    return this.#wrongPassphrase()
  }

  #wrongPassphrase(): KeyringLockedError {
    const { given } = this.#passphrase
    // So that a person is asked again.
    this.#forget()
    const { path, place } = this.#directory
    return new KeyringLockedError(`wrong passphrase for the vault in ${place}`, {
      hint: given
        ? 'set AWS_VAULT_FILE_PASSPHRASE to the passphrase that the vault was made with, or unset it to be asked; ' +
          'for a vault with another passphrase, use another directory: --file-dir DIRECTORY'
        : 'try again; for a vault with another passphrase, use another directory: --file-dir DIRECTORY',
      facts: { keyring: 'file', directory: path },
    })
  }

  #forget(): void {
    this.#passphrase.forget()
    this.#proven.forget()
  }

  #lockName(): string {
    return `keyring-file:${this.#directory.make()}`
  }

  /** Runs `task` under the lock; without one where locks do not work, since that is no reason to lose an item. */
  async #locked(name: string, task: () => Promise<void>): Promise<void> {
    let begun = false
    try {
      await this.#context.withLock(name, () => {
        begun = true
        return task()
      })
    } catch (error) {
      if (begun || this.#context.signal.aborted) throw error
      const reason = error instanceof Error ? error.message : String(error)
      this.#context.logger.warn(`writing to ${this.#directory.path} without a lock, which could not be had: ${reason}`)
      await task()
    }
  }
}

/** The agent of a vault, if it may have one. A vault opens without. */
function agentOf(path: string, context: PartContext): AgentClient | undefined {
  if (context.options.agent !== true || context.platform === 'win32') return undefined
  try {
    return new AgentClient(socketOf(path, context), context)
  } catch (error) {
    context.logger.debug(`no agent can keep the vault open: ${(error as Error).message}`)
    return undefined
  }
}

function decode({ key, path }: SealedFile, plaintext: Uint8Array): Item {
  try {
    return decodeItem(key, plaintext)
  } catch (error) {
    throw notAnItem(path, error instanceof Error ? error.message : String(error))
  }
}
