import {
  type Keyring,
  type KeyringBackend,
  type Logger,
  type OptionValue,
  PromptUnavailableError,
} from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import { loadPart } from '../contributions/contributions.ts'
import type { Part } from '../contributions/part.ts'
import { type DefaultKeyring, findDefaultKeyring } from '../vault/default-keyring.ts'
import type { Disposals } from './disposals.ts'
import { once } from './once.ts'
import type { LoadedPart, Parts } from './parts.ts'
import { storeIdentity, storeOptions } from './store-identity.ts'
import type { UserSettings } from './user-settings.ts'
import type { World } from './world.ts'

/** A kind of keyring, with what it takes to open it. */
export interface Keystore extends LoadedPart<KeyringBackend> {
  /** To be put around what is opened: notes that a keyring that nobody named is in use, or fails. */
  watch(keyring: Keyring): Keyring
}

/** A keyring that is opened by name, beside the one in which the credentials are looked for. */
export interface NamedKeyring {
  readonly keyring: Keyring
  readonly part: Part
  /** Names the very store, for locks: two processes that use the same one have the same identity. */
  readonly identity: string
  /** Its options that say which store it is, by their names. */
  readonly options: Readonly<Record<string, OptionValue>>
}

/** How a keyring is opened otherwise than the user's settings say. */
export interface KeyringWishes {
  /** Options by the names of their flags. */
  readonly flags?: Readonly<Record<string, string>>
  /** What stands behind the name of a secret's variable where this keyring has one of its own, e.g. `_TO`. */
  readonly secretSuffix?: string
  /** Whether nobody may be asked anything for it. */
  readonly silent?: boolean
}

/** What keyrings are opened with. */
export interface KeyringsNeeds {
  readonly world: World
  readonly logger: Logger
  readonly userSettings: () => Promise<UserSettings>
  readonly parts: Parts
  readonly disposals: Disposals
}

/** The keyrings of the user: the one that is used, and others by their names. */
export class Keyrings {
  readonly #needs: KeyringsNeeds
  #hangs = false

  constructor(needs: KeyringsNeeds) {
    this.#needs = needs
  }

  /** Whether some keyring did not answer and may still be at it, so that the process would not end by itself. */
  get hangs(): boolean {
    return this.#hangs
  }

  /** The keystore that the user chose, or the best one that works here. */
  readonly keystore: () => Promise<Keystore> = once(async () => {
    const { settings } = await this.#needs.userSettings()
    const chosen = settings.core('backend')
    const byDefault = chosen === undefined ? await this.#defaultKeyring() : undefined
    const name = chosen?.value ?? byDefault?.name ?? ''
    const found = await this.#needs.parts.inForce<KeyringBackend>('keyrings', name, chosen?.origin)
    return { ...found, watch: (keyring: Keyring) => byDefault?.watch(keyring) ?? keyring }
  })

  /** The name of that keystore, and who chose it. */
  async backend(): Promise<Located<string>> {
    const { settings } = await this.#needs.userSettings()
    return settings.core('backend') ?? { value: (await this.keystore()).part.name, origin: { kind: 'default' } }
  }

  /** Opens that keystore; closed in the end, or before. */
  async open(): Promise<Omit<NamedKeyring, 'options'> & { close(): Promise<void> }> {
    const { part, implementation, context, watch } = await this.keystore()
    const keyring = watch(await implementation.open(context))
    const takeBack = this.#needs.disposals.add(() => keyring.close())
    const close = (): Promise<void> => {
      takeBack()
      return keyring.close()
    }
    return { keyring, part, identity: storeIdentity(part, implementation, context), close }
  }

  /**
   * A keyring by its name, opened as `wishes` say and anew at each call: two of one kind can be open at once. It takes no
   * locks of ours: who changes items does so under `keyringLock(identity)`.
   * @throws VaultError when there is none of that name, it cannot be loaded or an option is none of its own
   */
  async named({ value: name, origin }: Located<string>, wishes: KeyringWishes = {}): Promise<NamedKeyring> {
    const { userSettings, parts, disposals } = this.#needs
    const { settings, contributions } = await userSettings()
    const part = contributions.part('keyrings', name, origin)
    const context = parts.contextOf(part, settings.forPart(part, wishes.flags ?? {}, wishes.secretSuffix))
    const ask = (): Promise<never> => Promise.reject(new PromptUnavailableError('nobody is asked now'))
    const backend = await loadPart<KeyringBackend>(part)
    const keyring = await backend.open(wishes.silent ? { ...context, ask } : context)
    disposals.add(() => keyring.close())
    return {
      keyring,
      part,
      identity: storeIdentity(part, backend, context),
      options: storeOptions(part, context.options),
    }
  }

  async #defaultKeyring(): Promise<DefaultKeyring> {
    const { world, logger, userSettings, parts } = this.#needs
    const { contributions } = await userSettings()
    const { environment, platform, homeDirectory, directories } = world
    return findDefaultKeyring({
      environment,
      platform,
      homeDirectory,
      dataDirectory: directories.data,
      logger,
      builtIn: contributions.parts.filter(part => part.kind === 'keyrings' && part.builtIn),
      part: name => contributions.part('keyrings', name),
      load: name => parts.inForce<KeyringBackend>('keyrings', name),
      onHang: () => {
        this.#hangs = true
      },
    })
  }
}
