import { type JsonValue, printable } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located, type Origin } from '../aws-config/origin.ts'
import type { SessionKey } from '../vault/session-key.ts'
import type { Confirmation } from './confirmation.ts'
import { formatSeconds } from './lifetimes.ts'
import type { Plan, PlanStep, ProviderStep, Reason } from './plan-types.ts'
import { signerSeconds } from './resolve.ts'

/** What counts beside the plan. */
export interface Circumstances {
  /** All sessions in the keyring, as their names tell of them. */
  readonly sessions: readonly SessionKey[]
  /** Milliseconds since 1970. */
  readonly now: number
  /** How much life the credentials must have left, in seconds. */
  readonly minimum: Located<number>
  readonly refresh: boolean
}

/** How credentials of a profile would come about, without any secret: what `--explain --json` prints. */
export interface Explanation {
  readonly profile: string
  readonly region?: string
  readonly steps: readonly ExplainedStep[]
  /** When a person has to agree, and who says so; absent if nobody has to. */
  readonly confirm?: Confirmation
  readonly notes: readonly string[]
}

/** One step. */
export interface ExplainedStep {
  /** `stored-keys`, or the name of the credential provider. */
  readonly step: string
  readonly profile: string
  readonly region?: string
  readonly endpointUrl?: string
  readonly durationSeconds?: number
  readonly mfaSerial?: string
  readonly parameters?: Readonly<Record<string, JsonValue>>
  /** The names of parameters whose values are not shown, since there may be secrets in them. */
  readonly hiddenParameters?: readonly string[]
  readonly why: readonly Reason[]
  /** Absent for what is never cached. */
  readonly cache?: ExplainedCache
}

/** What is known of a step's cached session from its name. */
export interface ExplainedCache {
  /** The session's type, as `list` shows it and `clear --type` takes it. */
  readonly type: string
  /**
   * `none`: there is none; `usable`: there is one, which answers the step if it was made for the very request (that is
   * seen only when it is decrypted); `too-short`: it has too little time left; `refresh`: there is one, but a new one is
   * wished for.
   */
  readonly state: 'none' | 'usable' | 'too-short' | 'refresh'
  /** ISO 8601. */
  readonly expiration?: string
  readonly secondsLeft?: number
  /** How much time it must have left, and who says so. */
  readonly minimumSeconds: number
  readonly minimumOrigin: Origin
}

/** What a plan comes to just now. Pure. */
export function explain(plan: Plan, circumstances: Circumstances): Explanation {
  const { profile, region, steps, notes, confirm } = plan
  return {
    profile,
    ...(region === undefined ? {} : { region }),
    steps: steps.map((step, index) => explainStep(step, index === steps.length - 1, circumstances)),
    ...(confirm === undefined ? {} : { confirm }),
    notes,
  }
}

/**
 * An explanation as text, without a final line end; control characters of names and values do not reach a terminal. Pure.
 * @param homeDirectory is shown as `~`
 */
export function formatExplanation(
  { profile, region, steps, notes, confirm }: Explanation,
  homeDirectory: string,
): string {
  const count = steps.length === 1 ? 'one step' : `${steps.length} steps`
  const where = region === undefined ? '' : `, for the region ${region}`
  const blocks = [
    `Credentials of profile ${profile} come about in ${count}${where}:`,
    ...steps.map((step, index) => formatStep(step, index + 1, homeDirectory)),
    ...(confirm === undefined ? [] : [`Guard: ${reasonWords(confirm.why, homeDirectory)}`]),
    ...notes.map(note => `Note: ${note}`),
  ]
  if (steps.some(({ cache }) => cache?.state === 'usable')) blocks.push(USABLE)
  return blocks.join('\n\n').split('\n').map(printable).join('\n')
}

const USABLE = `A cached session is used if it was made for the very same request; that is seen only when it is decrypted, which
is not done here. The step that it answers needs none of the steps before it.`

function explainStep(planStep: PlanStep, isLast: boolean, circumstances: Circumstances): ExplainedStep {
  if (planStep.kind === 'stored-keys') {
    const { kind, profile, why } = planStep
    return { step: kind, profile, why }
  }
  // The command that prints MFA codes stays out, too: a secret may stand in it.
  const { provider, endpointUrl, parameters, ...step } = planStep.step
  const cache = explainCache(planStep, isLast, circumstances)
  return {
    step: provider,
    ...step,
    ...(endpointUrl === undefined ? {} : { endpointUrl: withoutUser(endpointUrl) }),
    ...shownParameters(parameters),
    why: planStep.why,
    ...(cache === undefined ? {} : { cache }),
  }
}

/**
 * Parameters that hold no secret. All others are hidden: commands may have passwords in them, an external id may be a
 * secret of others, and nobody knows what a plugin's are.
 */
const PUBLIC: ReadonlySet<string> = new Set([
  ...['roleArn', 'roleSessionName', 'sourceIdentity', 'sessionTags', 'transitiveTagKeys', 'policyArns'],
  ...['legacyGlobalEndpoint', 'tokenFile', 'startUrl', 'scopes', 'accountId', 'roleName', 'loginSession'],
])

function shownParameters(
  parameters: Readonly<Record<string, JsonValue>>,
): Pick<ExplainedStep, 'parameters' | 'hiddenParameters'> {
  const [shown, hidden] = [true, false].map(isPublic =>
    Object.entries(parameters).filter(([name]) => PUBLIC.has(name) === isPublic),
  ) as [[string, JsonValue][], [string, JsonValue][]]
  return {
    parameters: Object.fromEntries(shown),
    ...(hidden.length === 0 ? {} : { hiddenParameters: hidden.map(([name]) => name) }),
  }
}

/** An address without a name and password, which may stand in it. */
function withoutUser(address: string): string {
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href
}

function explainCache(
  { cache }: ProviderStep,
  isLast: boolean,
  { sessions, now, minimum, refresh }: Circumstances,
): ExplainedCache | undefined {
  if (cache === undefined) return undefined
  const { type, profile, serial } = cache
  const signer = signerSeconds(minimum.value)
  const isOwn = isLast || signer === minimum.value
  const limit = {
    minimumSeconds: isOwn ? minimum.value : signer,
    minimumOrigin: isOwn ? minimum.origin : ({ kind: 'default' } as const),
  }
  const ends = sessions
    .filter(session => session.type === type && session.profile === profile && session.serial === serial)
    .map(session => session.expiration.getTime())
  const end = Math.max(...ends)
  if (end <= now) return { type, state: 'none', ...limit }
  const secondsLeft = Math.floor((end - now) / 1000)
  const isUsable = end - now >= limit.minimumSeconds * 1000
  const state = refresh ? 'refresh' : isUsable ? 'usable' : 'too-short'
  return { type, state, expiration: new Date(end).toISOString(), secondsLeft, ...limit }
}

function formatStep(step: ExplainedStep, number: number, homeDirectory: string): string {
  const lines = [
    `${number}. ${titleOf(step)}`,
    ...step.why.map(reason => `   - ${reasonWords(reason, homeDirectory)}`),
    ...(step.step === 'stored-keys' ? [] : [`   Cache: ${cacheWords(step.cache, homeDirectory)}`]),
  ]
  return lines.join('\n')
}

const reasonWords = ({ text, origin }: Reason, homeDirectory: string): string =>
  `${text}${origin === undefined ? '' : ` (${placeOf(origin, homeDirectory)})`}`

function titleOf({ step, profile, durationSeconds, mfaSerial, parameters }: ExplainedStep): string {
  if (step === 'stored-keys') return `the long-lived keys stored for profile ${profile}`
  const role = typeof parameters?.roleArn === 'string' ? [parameters.roleArn] : []
  const lifetime = durationSeconds === undefined ? [] : [`for ${formatSeconds(durationSeconds)}`]
  const mfa = mfaSerial === undefined ? [] : [`with a code of ${mfaSerial}`]
  return [`${step} for profile ${profile}`, ...role, ...lifetime, ...mfa].join(', ')
}

function cacheWords(cache: ExplainedCache | undefined, homeDirectory: string): string {
  if (cache === undefined) return 'never'
  const { type, state, secondsLeft = 0, minimumSeconds, minimumOrigin } = cache
  const session = `${type}, a session with ${formatSeconds(secondsLeft)} left`
  switch (state) {
    case 'none':
      return `${type}, no session: one is made and kept`
    case 'usable':
      return `${session}`
    case 'refresh':
      return `${session}, but a new one is made (flag --refresh)`
    case 'too-short':
      return `${session}, less than ${formatSeconds(minimumSeconds)} (${placeOf(minimumOrigin, homeDirectory)}): a new one is made`
  }
}

function placeOf(origin: Origin, homeDirectory: string): string {
  return describeOrigin(origin).replaceAll(`${homeDirectory}/`, '~/')
}
