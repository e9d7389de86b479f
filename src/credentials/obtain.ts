import { type Credentials, isVaultError, KeyringLockedError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located } from '../aws-config/origin.ts'
import type { Container } from '../container.ts'
import { refuseCommandLoop } from './command-loop.ts'
import { formatSeconds } from './lifetimes.ts'
import { MfaCodes, type MfaRequest } from './mfa-codes.ts'
import { runMfaProcess } from './mfa-process.ts'
import type { Plan } from './plan-types.ts'
import { type Prepared, prepare } from './prepare.ts'
import { resolve } from './resolve.ts'
import { signInLoginStore } from './sign-in-login-store.ts'
import { ssoTokenStore } from './sso-token-store.ts'
import type { CredentialFlags } from './wishes.ts'

/** Credentials, and how they came about. */
export interface Obtained {
  readonly plan: Plan
  readonly credentials: Credentials
}

/** A plan, and a way to run it any number of times. */
export interface Obtaining {
  readonly plan: Plan
  /**
   * Cached credentials, or new ones.
   * @param minimumSeconds how long they must still live, if that is longer than the user wishes anyway
   * @throws VaultError when the keyring cannot be read, nobody can be asked, or AWS refuses
   */
  obtain(minimumSeconds?: number): Promise<Credentials>
  /** The same, but nobody is asked anything: it fails where somebody would have to be. */
  obtainSilently(minimumSeconds?: number): Promise<Credentials>
}

/** Failures after which reading from the keyring may show a person the same window once more. */
const SHUT = /^ERR_(?:KEYRING_(?:LOCKED|DISMISSED)$|PROMPT_CANCELLED$|PASS_|AGE_)/

/** What several runs have in common. */
export interface ObtainingOptions {
  /** A role that the profile's credentials shall assume, beyond what the profile says. */
  readonly furtherRole?: Located<string>
  /** The codes that were used, for all that ask the same devices. */
  readonly mfaCodes?: MfaCodes
  /** What is run instead of the plan. */
  readonly reshape?: (plan: Plan) => Plan
}

/**
 * Credentials of a profile: made a plan for, then cached ones or new ones.
 * @throws VaultError when the profile cannot be planned, the keyring cannot be read, nobody can be asked, or AWS refuses
 */
export async function obtainCredentials(
  container: Container,
  profile: string,
  flags: CredentialFlags,
): Promise<Obtained> {
  const { plan, obtain } = await prepareObtaining(container, profile, flags)
  return { plan, credentials: await obtain() }
}

/**
 * Makes the plan for a profile, to be run when its credentials are wanted. What the user must know of it is said.
 * @throws VaultError when the profile cannot be planned
 */
export async function prepareObtaining(
  container: Container,
  profile: string,
  flags: CredentialFlags,
  options: ObtainingOptions = {},
): Promise<Obtaining> {
  const prepared = await prepare(container, profile, flags, options.furtherRole)
  const { vault, minimum } = prepared
  const plan = options.reshape?.(prepared.plan) ?? prepared.plan
  if (options.reshape === undefined) await warnOfRotation(container, prepared)
  for (const note of plan.notes) container.logger.warn(note)
  refuseCommandLoop(plan, container.world.environment)
  for (const { why } of plan.steps) container.logger.debug(why.map(({ text }) => text).join('; '))
  const mfaCodes = options.mfaCodes ?? (await createMfaCodes(container, flags['mfa-token']))
  // A wish for a new session is met once.
  let refresh = flags.refresh ?? false

  // What a keyring that does not tell whether it is locked came to last.
  let isShut = false

  const isAudited = (await container.settings()).settings.core('auditLog') !== undefined
  const approve = async (): Promise<void> => {
    const { askApproval } = await import('./ask-approval.ts')
    await askApproval(container, plan.profile, { forSession: plan.confirm?.when === 'session' })
  }

  async function obtain(minimumSeconds = 0, silent = false): Promise<Credentials> {
    try {
      const credentials = await obtainOnce(minimumSeconds, silent)
      isShut = false
      return credentials
    } catch (error) {
      isShut ||= isVaultError(error) && SHUT.test(error.code)
      throw error
    }
  }
  async function obtainOnce(minimumSeconds: number, silent: boolean): Promise<Credentials> {
    if (plan.confirm?.when === 'always') await approve()
    const credentials = await resolve(plan, {
      providers: { get: async name => (await container.provider(name)).provider },
      contextFor: async name => (await container.provider(name)).context,
      credentialStore: async () => vault.credentials,
      sessionCache: async () => vault.sessions,
      ssoTokens: () => ssoTokenStore(container),
      signInLogins: () => signInLoginStore(container),
      lock: (name, task, onWait) => container.withLock(`${vault.identity} ${name}`, task, onWait),
      ...(plan.confirm?.when === 'session' ? { approve } : {}),
      mfaCodes,
      clock: container.clock,
      logger: container.logger,
      options: { refresh, minimumSeconds: Math.max(minimum.value, minimumSeconds), silent },
    })
    refresh = false
    if (isAudited) {
      const { recordUse } = await import('../audit/record-use.ts')
      await recordUse(container, plan, credentials)
    }
    // What a keyring gave or took is blacked out already; what a command gave may be in neither.
    for (const secret of [credentials.secretAccessKey, credentials.sessionToken]) container.redactor.add(secret)
    if (minimumSeconds <= minimum.value) warnOfShortLife(container, credentials, prepared)
    return credentials
  }
  async function obtainSilently(minimumSeconds?: number): Promise<Credentials> {
    const { implementation, context, part } = await container.keystore()
    // Reading from it might open a window.
    if ((await implementation.isLocked?.(context)) ?? isShut)
      throw new KeyringLockedError(`the keyring "${part.name}" is locked`)
    return container.withoutAsking(() => obtain(minimumSeconds, true))
  }
  return { plan, obtain: minimumSeconds => obtain(minimumSeconds), obtainSilently }
}

/** Where codes of MFA devices come from, and which were used. @param token the one of the command line */
export async function createMfaCodes(container: Container, token: string | undefined): Promise<MfaCodes> {
  const { contributions } = await container.settings()
  return new MfaCodes({
    ask: request => askMfaCode(container, contributions.secretVariables(), request),
    comesByItself: () => container.givesMfaCodesItself(),
    logger: container.logger,
    signal: container.signal,
    now: container.clock.now,
    ...(token === undefined ? {} : { token }),
  })
}

/** Says that the keys which sign are being rotated, or that this was interrupted. */
async function warnOfRotation({ logger }: Container, { plan, vault }: Prepared): Promise<void> {
  const [source] = plan.steps
  if (source.kind !== 'stored-keys' || !(await vault.credentials.isBeingRotated(source.profile))) return
  const { profile } = source
  logger.warn(
    `the keys of profile ${profile} are being rotated, or that was interrupted: aws-vault rotate ${profile} finishes it`,
  )
}

/** Says when even new credentials live less long than was asked for: every run would make others. */
function warnOfShortLife(container: Container, { expiration }: Credentials, { plan, minimum }: Prepared): void {
  if (expiration === undefined || minimum.origin.kind === 'default') return
  const left = Math.floor((expiration.getTime() - container.clock.now()) / 1000)
  if (left >= minimum.value) return
  const wish = `${formatSeconds(minimum.value)} (${describeOrigin(minimum.origin)})`
  container.logger.warn(`new credentials of profile ${plan.profile} live ${formatSeconds(left)}, less than ${wish}`)
}

const withoutSecrets = (container: Container, secretVariables: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(container.world.environment).filter(([name]) => !secretVariables.includes(name)))

const askMfaCode = (
  container: Container,
  secretVariables: readonly string[],
  { serial, profile, process }: MfaRequest,
): Promise<string> =>
  process === undefined
    ? container.ask({
        message: `MFA code of ${serial} for profile ${profile}`,
        secret: false,
        mfaSerial: serial,
        instead: 'give the code by --mfa-token',
      })
    : runMfaProcess(process, profile, withoutSecrets(container, secretVariables), container)
