import type { Availability, KeyringBackend, Kind, PartContext } from '@aws-vault/plugin-sdk'
import type { Origin } from '../aws-config/origin.ts'
import { loadPart } from '../contributions/contributions.ts'
import type { Part } from '../contributions/part.ts'
import type { Settings } from '../settings/settings.ts'
import type { UserSettings } from './user-settings.ts'
import type { World } from './world.ts'

/** A part that is imported, and what it may use. */
export interface LoadedPart<T> {
  readonly part: Part
  readonly implementation: T
  readonly context: PartContext
}

/** What parts are loaded with. */
export interface PartsNeeds {
  readonly world: World
  readonly userSettings: () => Promise<UserSettings>
  readonly callContext: () => PartContext
}

/** The parts in force, each imported when it is first asked for. */
export class Parts {
  readonly #needs: PartsNeeds
  readonly #loaded = new Map<string, Promise<LoadedPart<unknown>>>()

  constructor(needs: PartsNeeds) {
    this.#needs = needs
  }

  /**
   * The part in force for a name.
   * @param askedBy where the user named it, for the error if there is none of that name
   * @throws VaultError when there is none, or it cannot be loaded
   */
  inForce<T>(kind: Kind, name: string, askedBy?: Origin): Promise<LoadedPart<T>> {
    const id = `${kind}/${name}`
    const loaded = this.#loaded.get(id) ?? this.#load<T>(kind, name, askedBy)
    this.#loaded.set(id, loaded)
    return loaded as Promise<LoadedPart<T>>
  }

  async #load<T>(kind: Kind, name: string, askedBy?: Origin): Promise<LoadedPart<T>> {
    const { settings, contributions } = await this.#needs.userSettings()
    const part = contributions.part(kind, name, askedBy)
    const context = this.contextOf(part, settings)
    return { part, implementation: await loadPart<T>(part), context }
  }

  /** What a part may use, with its options as these settings have them. Secrets among them are blacked out from then on. */
  contextOf(part: Part, settings: Settings): PartContext {
    const options = settings.optionsOf(part)
    for (const [name, option] of Object.entries(part.declaration.options ?? {})) {
      if (option.secret) this.#needs.world.redactor.add(options[name] as string | undefined)
    }
    const context = this.#needs.callContext()
    return { ...context, options, startHelper: input => this.#startHelper(part, input, context) }
  }

  /**
   * Whether a part works here: it is for this system, can be loaded, and, a keyring, says so itself.
   * @throws VaultError when it cannot be loaded or told its options
   */
  async available(part: Part): Promise<Availability> {
    const { platforms } = part.declaration
    if (platforms && !platforms.includes(this.#needs.world.platform))
      return { available: false, reason: 'not for this system' }
    const { settings } = await this.#needs.userSettings()
    const loaded = await loadPart<KeyringBackend>(part)
    return part.kind === 'keyrings' ? loaded.available(this.contextOf(part, settings)) : { available: true }
  }

  async #startHelper(part: Part, input: Uint8Array, context: PartContext): Promise<void> {
    const { startHelper } = await import('../helper/start-helper.ts')
    await startHelper({
      program: [process.execPath, process.argv[1] ?? ''],
      args: ['helper', part.kind, part.name],
      environment: await context.programEnvironment(),
      input,
      platform: context.platform,
      signal: context.signal,
    })
  }
}
