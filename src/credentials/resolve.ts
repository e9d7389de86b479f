import type {
  Clock,
  CredentialProvider,
  Credentials,
  Logger,
  PartContext,
  SignInLoginStore,
  SsoTokenStore,
  StepInput,
} from '@aws-vault/plugin-sdk'
import { isVaultError, PromptUnavailableError, VaultError } from '@aws-vault/plugin-sdk'
import { lockIfPossible } from '../locks/lock-if-possible.ts'
import type { CredentialStore } from '../vault/credential-store.ts'
import type { SessionCredentials, SessionRequest } from '../vault/session.ts'
import type { FoundSession, SessionCache } from '../vault/session-cache.ts'
import type { MfaCodes } from './mfa-codes.ts'
import type { Plan, ProviderStep, StoredKeysStep } from './plan-types.ts'
import { requestFingerprint } from './request-fingerprint.ts'
import { DEFAULT_MINIMUM_SECONDS } from './wishes.ts'

/** What running a plan needs. The functions are called only when what they give is needed. */
export interface ResolveDependencies {
  readonly providers: { get(name: string): Promise<CredentialProvider> }
  contextFor(provider: string): Promise<PartContext>
  credentialStore(): Promise<CredentialStore>
  sessionCache(): Promise<SessionCache>
  ssoTokens(): Promise<SsoTokenStore>
  signInLogins(): Promise<SignInLoginStore>
  /**
   * Runs a task while no other process that uses the same vault runs one under the same name.
   * @param onWait called once when that takes a while
   */
  lock<T>(name: string, task: () => Promise<T>, onWait: () => void): Promise<T>
  /**
   * Asks whether the credentials that come out may be handed out, where that is asked once for each session. Called
   * before anything is called or made for them.
   * @throws VaultError ERR_CONFIRM_* when nobody agrees
   */
  approve?(): Promise<void>
  readonly mfaCodes: MfaCodes
  readonly clock: Clock
  readonly logger: Logger
  readonly options: ResolveOptions
}

export interface ResolveOptions {
  /** Whether new sessions are made though there are cached ones. */
  readonly refresh: boolean
  /** How long a cached session must still live to be handed out. One that only signs needs less: see signerSeconds. */
  readonly minimumSeconds: number
  /** Whether it is left at once where a code would have to be asked for. */
  readonly silent?: boolean
}

/**
 * How long a cached session must still live to sign for others, in seconds. What it signs for does not end with it, so a
 * wish for more is no reason to ask for another MFA code.
 */
export function signerSeconds(minimumSeconds: number): number {
  return Math.min(minimumSeconds, DEFAULT_MINIMUM_SECONDS)
}

/**
 * Runs a plan and gives the credentials of its last step. It is run from its end: where a step's session is cached,
 * nothing before it is looked at, and no lock is taken. A session that has to be made is made by one process while all
 * others that want the same wait for it, so that they cause one call and one question for a code.
 * @throws VaultError ERR_CREDENTIALS_MISSING when keys that the plan starts from are no longer stored
 * @throws VaultError ERR_PROVIDER_RESULT when a provider gives something that is no credentials
 * @throws whatever the providers, the keyring and the questions for MFA codes throw
 */
export async function resolve(plan: Plan, dependencies: ResolveDependencies): Promise<Credentials> {
  const last = plan.steps.at(-1)
  if (plan.policyFile !== undefined && !(last?.kind === 'provider' && 'policy' in last.step.parameters)) {
    throw new RangeError('the policy file of the plan has not been read')
  }
  const { credentials } = await new PlanRun(plan, dependencies).run(plan.steps.length - 1)
  return credentials
}

/** The credentials of a step, and how they came about. */
interface Outcome {
  readonly credentials: Credentials
  /** The cached session that they are, if they are one. */
  readonly cached?: FoundSession
}

class PlanRun {
  readonly #plan: Plan
  readonly #dependencies: ResolveDependencies
  /** Names of the locks that this run holds: taking one twice would wait for ever. */
  readonly #held = new Set<string>()
  /** Access key ids of sessions that AWS refused. */
  readonly #refused = new Set<string>()
  #hasWarnedOfStore = false

  constructor(plan: Plan, dependencies: ResolveDependencies) {
    this.#plan = plan
    this.#dependencies = dependencies
  }

  async run(index: number): Promise<Outcome> {
    const step = this.#plan.steps[index]
    if (step === undefined) {
      throw new RangeError(`the plan has no step ${index}`)
    }
    if (step.kind !== 'stored-keys') return this.#session(index, step)
    if (this.#isGuarded(index)) await this.#dependencies.approve?.()
    return this.#storedKeys(step)
  }

  async #storedKeys({ profile }: StoredKeysStep): Promise<Outcome> {
    const store = await this.#dependencies.credentialStore()
    const credentials = await store.get(profile)
    if (credentials === undefined) {
      throw new VaultError('ERR_CREDENTIALS_MISSING', `no keys are stored for profile "${profile}"`, {
        hint: `store them with: aws-vault add ${profile}`,
        facts: { profile },
      })
    }
    return { credentials }
  }

  /** The cached session of a step, or else a new one. */
  async #session(index: number, step: ProviderStep): Promise<Outcome> {
    const { refresh } = this.#dependencies.options
    const before = await this.#find(index, step)
    if (before?.match === 'same request' && !refresh && this.#mayPass(before, index)) {
      return this.#cached(before, step)
    }
    // Before a lock is waited for that somebody may hold who is being asked.
    if (before === undefined) this.#refuseToAsk(step)
    return this.#alone(step, async () => {
      const now = await this.#find(index, step)
      const isNewer = now?.credentials.accessKeyId !== before?.credentials.accessKeyId
      const isFresh = now !== undefined && (isNewer || !refresh)
      const hasToAsk = !isFresh || !this.#mayPass(now, index)
      if (this.#isGuarded(index) && hasToAsk) await this.#dependencies.approve?.()
      if (isFresh && (await this.#isOurs(now, index, step))) {
        if (hasToAsk && now.match === 'same request') await this.#recordApproval(now, index)
        return this.#cached(now, step)
      }
      const credentials = await this.#make(index, step)
      await this.#keep(credentials, index, step)
      return { credentials }
    })
  }

  /** @throws PromptUnavailableError where nobody is to be asked, and a code is due */
  #refuseToAsk({ step }: ProviderStep): void {
    if (step.mfaSerial === undefined || this.#dependencies.options.silent !== true) return
    throw new PromptUnavailableError(`MFA code of ${step.mfaSerial} for profile ${step.profile}: nobody is asked now`)
  }

  /** Whether a person has to agree to what this step gives: it is handed out, and not only signs. */
  #isGuarded(index: number): boolean {
    return this.#dependencies.approve !== undefined && index === this.#plan.steps.length - 1
  }

  #mayPass(found: FoundSession, index: number): boolean {
    return !this.#isGuarded(index) || (found.match === 'same request' && found.isApproved === true)
  }

  /** Where that fails, the next run asks again. */
  async #recordApproval(found: FoundSession, index: number): Promise<void> {
    try {
      await (await this.#dependencies.sessionCache()).record(found, this.#request(index))
    } catch (error) {
      throwIfCancelled(error)
      this.#dependencies.logger.debug(`that it was agreed to was not noted: ${messageOf(error)}`)
    }
  }

  async #find(index: number, { cache, anyLifetime }: ProviderStep): Promise<FoundSession | undefined> {
    if (cache === undefined) {
      return undefined
    }
    const sessions = await this.#dependencies.sessionCache()
    const minimum = this.#dependencies.options.minimumSeconds
    const minimumSeconds = index === this.#plan.steps.length - 1 ? minimum : signerSeconds(minimum)
    const { fingerprint, durationSeconds } = this.#request(index)
    const found = await sessions.find(cache, {
      fingerprint,
      minimumSeconds,
      ...(!anyLifetime && durationSeconds !== undefined && { durationSeconds }),
    })
    return found && this.#refused.has(found.credentials.accessKeyId) ? undefined : found
  }

  /** What a session of step `index` is made for. */
  #request(index: number): SessionRequest {
    const step = this.#plan.steps[index]
    const durationSeconds = step?.kind === 'provider' ? step.step.durationSeconds : undefined
    const fingerprint = requestFingerprint(this.#plan, index)
    const isApproved = this.#isGuarded(index)
    return { fingerprint, ...(durationSeconds !== undefined && { durationSeconds }), ...(isApproved && { isApproved }) }
  }

  #cached(found: FoundSession, { step }: ProviderStep): Outcome {
    const { credentials } = found
    const secondsLeft = Math.floor((credentials.expiration.getTime() - this.#dependencies.clock.now()) / 1000)
    this.#dependencies.logger.debug('using a cached session', {
      profile: step.profile,
      provider: step.provider,
      accessKeyId: credentials.accessKeyId,
      secondsLeft,
    })
    return { credentials, cached: found }
  }

  /**
   * Whether a found session is good for the step: it was made for the same request, or, if another program made it, its
   * provider says so. That is then written down, so that nobody has to ask again.
   */
  async #isOurs(found: FoundSession, index: number, { step }: ProviderStep): Promise<boolean> {
    if (found.match === 'same request') {
      return true
    }
    const { providers, logger } = this.#dependencies
    const provider = await providers.get(step.provider)
    const context = await this.#dependencies.contextFor(step.provider)
    let isRecognised = false
    try {
      isRecognised = (await provider.recognises?.(step, found.credentials, context)) === true
      if (isRecognised) {
        const sessions = await this.#dependencies.sessionCache()
        await sessions.record(found, this.#request(index))
      }
    } catch (error) {
      throwIfCancelled(error)
      const what = isRecognised ? 'not marked as ours' : 'not recognised'
      logger.debug(`a session of profile "${step.profile}" was ${what}: ${messageOf(error)}`)
    }
    return isRecognised
  }

  /** Runs a task alone among all that would make the same session or ask the same device for a code. */
  async #alone<T>(providerStep: ProviderStep, task: () => Promise<T>): Promise<T> {
    const { lock, logger } = this.#dependencies
    const { cache, step } = providerStep
    const name = cache ? JSON.stringify(['session', cache.type, cache.profile, cache.serial]) : mfaLock(providerStep)
    if (name === undefined || this.#held.has(name)) {
      return task()
    }
    const alone = async () => {
      this.#held.add(name)
      try {
        return await task()
      } finally {
        this.#held.delete(name)
      }
    }
    const onWait = () =>
      logger.warn(`waiting for another aws-vault that is getting credentials of profile "${step.profile}"`)
    return lockIfPossible(run => lock(name, run, onWait), alone, logger)
  }

  async #make(index: number, providerStep: ProviderStep): Promise<Credentials> {
    const { providers, logger, mfaCodes } = this.#dependencies
    const { step, mfaProcess } = providerStep
    // Before keys are decrypted, for which a keyring might ask.
    this.#refuseToAsk(providerStep)
    const source = index === 0 ? undefined : await this.run(index - 1)
    const provider = await providers.get(step.provider)
    const context = await this.#dependencies.contextFor(step.provider)
    const tokens = providerStep.tokens ? await this.#dependencies.ssoTokens() : undefined
    const logins = providerStep.logins ? await this.#dependencies.signInLogins() : undefined
    const call = async (mfaCode?: string): Promise<Credentials> => {
      logger.debug('making credentials', { profile: step.profile, provider: step.provider })
      const credentials = await this.#callWithFreshSource(index, source, outcome => {
        const input: StepInput = {
          ...(outcome !== undefined && { source: outcome.credentials }),
          ...(mfaCode !== undefined && { mfaCode }),
          ...(tokens !== undefined && { tokens }),
          ...(logins !== undefined && { logins }),
        }
        return provider.resolve(step, input, context)
      })
      return checked(credentials, step.provider, step.profile)
    }
    const { mfaSerial: serial, profile } = step
    return serial === undefined
      ? call()
      : mfaCodes.use({ serial, profile, ...(mfaProcess !== undefined && { process: mfaProcess }) }, call)
  }

  /**
   * Calls with the source's credentials, and once more with new ones when AWS says that cached ones are good no more.
   * The MFA code is the same then: a caller who is not known gets no further than that.
   */
  async #callWithFreshSource(
    index: number,
    source: Outcome | undefined,
    call: (source: Outcome | undefined) => Promise<Credentials>,
  ): Promise<Credentials> {
    try {
      return await call(source)
    } catch (error) {
      const rotated = await this.#rotatedKeys(error, index - 1, source)
      if (rotated !== undefined) return call(rotated)
      if (source?.cached === undefined || !this.#blamesSource(error, index - 1)) {
        throw error
      }
      this.#dependencies.logger.debug(`a cached session is good no more: ${messageOf(error)}`)
      await this.#discard(source.cached)
      return call(await this.run(index - 1))
    }
  }

  /** The stored keys, where AWS refused those that were read before and others have taken their place since: `rotate`. */
  async #rotatedKeys(error: unknown, index: number, refused: Outcome | undefined): Promise<Outcome | undefined> {
    const step = this.#plan.steps[index]
    if (step?.kind !== 'stored-keys' || !isVaultError(error, 'ERR_STS_KEYS_REFUSED')) return undefined
    const now = await this.#storedKeys(step)
    return now.credentials.accessKeyId === refused?.credentials.accessKeyId ? undefined : now
  }

  /** Whether a new source may help. AWS denies everything to revoked sessions; that alone is no reason for a question. */
  #blamesSource(error: unknown, sourceIndex: number): boolean {
    if (isVaultError(error, 'ERR_SOURCE_EXPIRED')) {
      return true
    }
    const source = this.#plan.steps[sourceIndex]
    const asks = source?.kind === 'provider' && source.step.mfaSerial !== undefined
    return isVaultError(error) && error.facts.sourceMayBeRevoked === true && !asks
  }

  async #discard(found: FoundSession): Promise<void> {
    this.#refused.add(found.credentials.accessKeyId)
    try {
      const sessions = await this.#dependencies.sessionCache()
      await sessions.discard(found)
    } catch (error) {
      throwIfCancelled(error)
      this.#dependencies.logger.debug(`it was not removed: ${messageOf(error)}`)
    }
  }

  /** Caches a session. Where that fails the user has the credentials all the same, and is told once. */
  async #keep(credentials: Credentials, index: number, { step, cache }: ProviderStep): Promise<void> {
    if (cache === undefined || !ends(credentials)) {
      return
    }
    try {
      const sessions = await this.#dependencies.sessionCache()
      await sessions.store(cache, credentials, this.#request(index))
    } catch (error) {
      throwIfCancelled(error)
      const level = this.#hasWarnedOfStore ? 'debug' : 'warn'
      this.#hasWarnedOfStore = true
      this.#dependencies.logger[level](
        `the session of profile "${step.profile}" could not be kept for the next time: ${messageOf(error)}`,
      )
    }
  }
}

/** What only one process at a time may do though nothing is cached: ask for a code of a device. */
function mfaLock({ step }: ProviderStep): string | undefined {
  return step.mfaSerial === undefined ? undefined : JSON.stringify(['mfa', step.mfaSerial])
}

function ends(credentials: Credentials): credentials is SessionCredentials {
  return credentials.expiration !== undefined
}

/** Providers are plugins: what they give is looked at before it is stored or handed out. */
function checked(credentials: Credentials, provider: string, profile: string): Credentials {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials ?? {}
  const isRight =
    isText(accessKeyId) &&
    isText(secretAccessKey) &&
    (sessionToken === undefined || isText(sessionToken)) &&
    (expiration === undefined || Number.isFinite(expiration.getTime?.()))
  if (!isRight) {
    throw new VaultError(
      'ERR_PROVIDER_RESULT',
      `the credential provider "${provider}" gave no usable credentials for profile "${profile}"`,
      { hint: 'update the plugin that it comes from, or tell its author', facts: { provider, profile } },
    )
  }
  return credentials
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** Who declines to unlock the keyring, or interrupts us, wants an end and no warning. */
function throwIfCancelled(error: unknown): void {
  const isDeclined = isVaultError(error, 'ERR_PROMPT_CANCELLED') || isVaultError(error, 'ERR_KEYRING_DISMISSED')
  if (isDeclined || (error as Error).name === 'AbortError') {
    throw error
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
