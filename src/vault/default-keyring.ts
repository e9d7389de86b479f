import { statSync } from 'node:fs'
import type { Availability, Keyring, KeyringBackend, Logger, PartContext } from '@aws-vault/plugin-sdk'
import type { Part } from '../contributions/part.ts'
import { askAvailability, askForCredentials } from './ask-availability.ts'
import { readBackendInUse, writeBackendInUse } from './backend-memory.ts'
import {
  ANSWER_PATIENCE,
  type BackendInUse,
  defaultBackend,
  describeSurroundings,
  withoutSurroundings,
  withSurroundings,
} from './default-backend.ts'
import { watchKeyring } from './watched-keyring.ts'

/** Where to look for the default keyring, and with what. */
export interface DefaultKeyringWorld {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  readonly dataDirectory: string
  readonly logger: Logger
  /** The keyrings that came with us. A keystore is never swapped by what is installed. */
  readonly builtIn: readonly Part[]
  /** The part in force for a name: the built-in one, or the one that the user chose for it. */
  part(name: string): Part
  load(name: string): Promise<{ implementation: KeyringBackend; context: PartContext }>
  /** Called when a keyring did not answer: it may still be at it, and keep the process from ending. */
  onHang(): void
}

/** The keyring to use where none is named. */
export interface DefaultKeyring {
  readonly name: string
  /** Lets it be noted that the keyring is in use, or that it fails. */
  watch(keyring: Keyring): Keyring
}

/**
 * Finds the keyring to use where none is named; see {@link defaultBackend}.
 * @throws VaultError ERR_KEYRING_UNAVAILABLE, ERR_KEYRING_NONE or ERR_KEYRING_NOTE
 */
export async function findDefaultKeyring(world: DefaultKeyringWorld): Promise<DefaultKeyring> {
  const { builtIn, dataDirectory, logger } = world
  const surroundings = surroundingsOf(world)
  let inUse = readBackendInUse(dataDirectory)
  const remember = async (next: BackendInUse): Promise<void> => {
    inUse = next
    // The user could not read it, or not change it, and would be stuck with what root had around.
    if (isRootElsewhere(world.homeDirectory)) return
    await writeBackendInUse(dataDirectory, next).catch((error: Error) =>
      logger.debug(`which keyring is in use is not noted: ${error.message}`),
    )
  }
  const onHang = (name: string) => (): void => {
    logger.debug(`keyring "${name}" did not answer within ${ANSWER_PATIENCE / 1000} s, and is left alone`)
    world.onHang()
  }
  const load = (name: string) => () => world.load(name)
  const name = await defaultBackend({
    names: builtIn.map(part => part.name),
    surroundings,
    inUse,
    remember,
    availability: async (name): Promise<Availability> =>
      isForThisSystem(name, world)
        ? askAvailability(load(name), ANSWER_PATIENCE, onHang(name))
        : { available: false, reason: 'not for this system' },
    holdsKeys: name => askForCredentials(load(name), ANSWER_PATIENCE, onHang(name)),
    logger,
  })
  const isKnownToWork = (): boolean => inUse?.surroundings.includes(surroundings) === true
  const watch = (keyring: Keyring): Keyring =>
    watchKeyring(keyring, {
      onUse: async () => {
        if (!isKnownToWork())
          await remember(withSurroundings(inUse ?? { backend: name, surroundings: [] }, surroundings))
      },
      onFailure: async () => {
        if (inUse !== undefined && isKnownToWork()) await remember(withoutSurroundings(inUse, surroundings))
      },
    })
  return { name, watch }
}

/** Whether we are root in the home of another user, as under sudo. */
function isRootElsewhere(homeDirectory: string): boolean {
  if (process.getuid?.() !== 0) return false
  const home = statSync(homeDirectory, { throwIfNoEntry: false })
  return home !== undefined && home.uid !== 0
}

function surroundingsOf({ environment, builtIn }: DefaultKeyringWorld): string {
  const parts = builtIn.map(({ name, packageName, packageVersion }) => `${name}=${packageName}@${packageVersion}`)
  const variables = builtIn.flatMap(({ declaration }) =>
    Object.values(declaration.options ?? {}).flatMap(({ env, secret }) => (env && !secret ? [env] : [])),
  )
  return describeSurroundings(environment, parts, variables)
}

function isForThisSystem(name: string, { part, platform }: DefaultKeyringWorld): boolean {
  try {
    const { platforms } = part(name).declaration
    return platforms === undefined || platforms.includes(platform)
  } catch {
    // Why it cannot be had is said when it is loaded.
    return true
  }
}
