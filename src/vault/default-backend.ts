import { type Availability, type Logger, VaultError } from '@aws-vault/plugin-sdk'
import { BACKEND_ORDER, type Candidate, CHOSEN_BY_CONTENT, chooseBackend } from './choose-backend.ts'

/** Milliseconds that a keyring has to say whether it works here. */
export const ANSWER_PATIENCE = 1000

/** How often a better keyring that is there is asked in all before a worse one is taken. */
const MOST_QUESTIONS = 5

/** How many surroundings are remembered: a desktop, a few ways of logging in from elsewhere. */
const MOST_SURROUNDINGS = 8

/** The keyring that is in use without having been named: something was stored in it, or found. */
export interface BackendInUse {
  readonly backend: string
  /** The surroundings (see {@link describeSurroundings}) in which it was seen to work, the last one first. */
  readonly surroundings: readonly string[]
}

/** What is needed to find the default. */
export interface DefaultBackendInput {
  /** The keyrings that came with us. */
  readonly names: readonly string[]
  readonly surroundings: string
  readonly inUse: BackendInUse | undefined
  /** Notes what is in use. */
  remember(inUse: BackendInUse): Promise<void>
  /** Whether a keyring works here, within {@link ANSWER_PATIENCE}. Never fails. */
  availability(name: string): Promise<Availability>
  /** Whether long-lived keys are stored there. Never fails. */
  holdsKeys(name: string): Promise<boolean>
  readonly logger: Logger
}

/**
 * The keyring to use when none is named. One that is in use stays in use: where it does not work, that is said, and no
 * other one is taken in its place, for it would look as if all keys were gone. Nothing is asked where it was seen to
 * work in the same surroundings.
 * @throws VaultError ERR_KEYRING_UNAVAILABLE when the one in use does not work here, ERR_KEYRING_NONE when none does
 */
export async function defaultBackend(input: DefaultBackendInput): Promise<string> {
  const { inUse, surroundings, names, logger } = input
  if (inUse !== undefined) {
    if (inUse.surroundings.includes(surroundings)) return inUse.backend
    const answer = names.includes(inUse.backend)
      ? await input.availability(inUse.backend)
      : { available: false as const, reason: 'it does not come with this version' }
    if (!answer.available) throw notHere(inUse.backend, answer.reason)
    await input.remember(withSurroundings(inUse, surroundings))
    return inUse.backend
  }
  let candidates = await ask(
    names.filter(name => BACKEND_ORDER.includes(name)),
    input,
  )
  let { name, note, slow } = chooseBackend(candidates)
  // A desktop that is just starting, a busy machine: keys that are stored in another one now would stay there.
  for (let questions = 1; slow.length > 0 && questions < MOST_QUESTIONS; questions++) {
    const again = await ask(slow, input)
    candidates = candidates.map(before => again.find(({ name }) => name === before.name) ?? before)
    ;({ name, note, slow } = chooseBackend(candidates))
  }
  logger.debug(`keyring "${name}" is the best one that works here`)
  if (note !== undefined) logger.warn(note)
  if (slow.length > 0) {
    const those = slow.map(name => `"${name}"`).join(' and ')
    logger.warn(`using the keyring "${name}", since ${those}, which would come first, did not answer`)
  }
  return name
}

/** Asks keyrings at the same time whether they work here, and those that are chosen for it what they hold. */
function ask(
  names: readonly string[],
  { availability, holdsKeys, logger }: DefaultBackendInput,
): Promise<readonly Candidate[]> {
  return Promise.all(
    names.map(async (name): Promise<Candidate> => {
      const answer = await availability(name)
      if (!answer.available) logger.debug(`keyring "${name}" does not work here: ${answer.reason}`)
      if (!answer.available || !CHOSEN_BY_CONTENT.includes(name)) return { name, answer }
      return { name, answer, holdsKeys: await holdsKeys(name) }
    }),
  )
}

/** The same keyring, seen to work in these surroundings too. Pure. */
export function withSurroundings({ backend, surroundings }: BackendInUse, seen: string): BackendInUse {
  return { backend, surroundings: [seen, ...surroundings.filter(one => one !== seen)].slice(0, MOST_SURROUNDINGS) }
}

/** The same keyring, not known to work in these surroundings. Pure. */
export function withoutSurroundings({ backend, surroundings }: BackendInUse, failed: string): BackendInUse {
  return { backend, surroundings: surroundings.filter(one => one !== failed) }
}

/** Variables that decide which daemons can be reached. */
const deciding = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME']

/**
 * What decides whether a keyring works: when it differs, the keyring is asked again. Pure.
 * @param parts the keyrings that came with us, with their packages and versions
 * @param variables those that set options of keyrings; never one that holds a secret
 */
export function describeSurroundings(
  environment: Readonly<Record<string, string | undefined>>,
  parts: readonly string[],
  variables: readonly string[],
): string {
  const isRemote = environment.SSH_CONNECTION !== undefined || environment.SSH_TTY !== undefined
  const set = [...deciding, ...variables].flatMap(name => {
    const value = environment[name]
    return value === undefined ? [] : [`${name}=${value}`]
  })
  return [...parts, ...set, ...(isRemote ? ['ssh'] : [])].join('\n')
}

function notHere(backend: string, reason: string): VaultError {
  return new VaultError(
    'ERR_KEYRING_UNAVAILABLE',
    `the keyring "${backend}", in which your keys are, does not work here: ${reason}`,
    {
      hint:
        `start it, or name another keyring with --backend, AWS_VAULT_BACKEND or "backend = NAME" in settings.ini; ` +
        `what is stored in "${backend}" is not to be seen there`,
      facts: { backend },
    },
  )
}
