import { type Availability, VaultError } from '@aws-vault/plugin-sdk'

/** Best first: the keyrings that may be used without being named. Others that come with us have to be named. */
export const BACKEND_ORDER: readonly string[] = [
  'wincred',
  'keychain',
  'secret-service',
  'kwallet',
  'keyctl',
  'pass',
  'file',
]

/** Works everywhere; what lies in it was put there when it was the only one, so it stays in use while it holds keys. */
const EVERYWHERE = 'file'

/** The kernel forgets it when the machine is switched off: only for those who have keys in it already. */
const FORGETFUL = 'keyctl'

/** The keyrings that are chosen for what they hold, and so are looked into. Neither asks anybody for that. */
export const CHOSEN_BY_CONTENT: readonly string[] = [FORGETFUL, EVERYWHERE]

/** One keyring that may be the default, and what it answered. */
export interface Candidate {
  readonly name: string
  readonly answer: Availability
  /** Whether long-lived keys are stored in it; looked at for {@link CHOSEN_BY_CONTENT} only. */
  readonly holdsKeys?: boolean
}

/** The default, and what the user should know of it. */
export interface ChosenBackend {
  readonly name: string
  readonly note?: string
  /** Better ones that are there, and did not answer in time. Not looked at where keys lie in the chosen one. */
  readonly slow: readonly string[]
}

/**
 * The keyring to use where none is named and none is in use yet: the file keyring if keys lie in it, else the best
 * one that works. Pure.
 * @throws VaultError ERR_KEYRING_NONE, with each one that was tried and why it does not work
 */
export function chooseBackend(candidates: readonly Candidate[]): ChosenBackend {
  const ordered = BACKEND_ORDER.flatMap(name => candidates.filter(candidate => candidate.name === name))
  const working = ordered.filter(
    ({ name, answer, holdsKeys }) => answer.available && (name !== FORGETFUL || holdsKeys === true),
  )
  const [best] = working
  if (best === undefined) throw noneWorks(ordered)
  const filled = working.find(({ name, holdsKeys }) => name === EVERYWHERE && holdsKeys === true)
  if (filled === undefined) {
    const better = ordered.slice(0, ordered.indexOf(best))
    return { name: best.name, slow: better.filter(({ answer }) => isSlow(answer)).map(({ name }) => name) }
  }
  if (filled === best) return { name: best.name, slow: [] }
  return {
    name: filled.name,
    slow: [],
    note:
      `using the keyring "${filled.name}", since your keys are in it; "${best.name}" works here too ` +
      `(to use that one: --backend ${best.name}, AWS_VAULT_BACKEND, or "backend = ${best.name}" in settings.ini)`,
  }
}

const isSlow = (answer: Availability): boolean => !answer.available && answer.isSlow === true

function noneWorks(candidates: readonly Candidate[]): VaultError {
  const reasons = candidates.map(({ name, answer }) => `${name}: ${answer.available ? 'is empty' : answer.reason}`)
  return new VaultError('ERR_KEYRING_NONE', `no keyring works here (${reasons.join('; ')})`, {
    hint: 'name one with --backend or AWS_VAULT_BACKEND',
  })
}
