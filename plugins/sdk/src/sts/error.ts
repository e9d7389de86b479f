import type { Credentials } from '../credentials.ts'
import { MfaRefusedError, SourceExpiredError, VaultError, type VaultErrorOptions } from '../errors.ts'
import type { CredentialStep } from '../provider.ts'
import { type FailureKind, failureKind, proxyRefusal, type SdkError } from './failure.ts'
import { asClause, inWords, withoutSecrets } from './words.ts'

/** What the error of a call is told from, beside what the SDK threw. */
export interface FailedCall {
  /** STS's name for it. */
  readonly action: string
  readonly step: CredentialStep
  readonly source: Credentials | undefined
  readonly mfaCode: string | undefined
  /** Further secrets that went out with the call. */
  readonly secrets: readonly string[]
  /** The host called, and the port if it is none of the usual ones. */
  readonly host: string
  /** Host of the proxy in between, if there is one. */
  readonly proxy: string | undefined
  /** Milliseconds by which AWS's clock is ahead of ours, if it said so. */
  readonly clockDifference: number | undefined
}

const keysRefused: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
])

const invalid: ReadonlySet<string> = new Set([
  'ValidationError',
  'ValidationException',
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'MissingParameter',
  'MalformedInput',
  'MalformedPolicyDocument',
  'MalformedPolicyDocumentException',
  'PackedPolicyTooLarge',
  'PackedPolicyTooLargeException',
])

/**
 * The error for the user. Nothing of the SDK's own error goes into it but its name, its cleaned message and its stack:
 * it holds the whole answer, secrets and all.
 */
export function stsError(error: SdkError, call: FailedCall): VaultError {
  const codes = { throttled: 'ERR_STS_THROTTLED', unavailable: 'ERR_STS_UNAVAILABLE', notMade: 'ERR_STS_FAILED' }
  return callError(error, call, codes, () => refusal(error, call))
}

/** The codes of one service's errors. */
export interface ErrorCodes {
  /** It kept throttling. */
  readonly throttled: string
  /** It kept failing. */
  readonly unavailable: string
  /** The call could not even be made. */
  readonly notMade: string
}

/** The error for the user, where each service has its own codes, and its own words when it refuses. */
export function callError(error: SdkError, call: FailedCall, codes: ErrorCodes, refused: () => VaultError): VaultError {
  const kind = failureKind(error)
  switch (kind) {
    case 'throttled':
      return make(error, call, codes.throttled, `AWS has too many calls to answer ${whatFor(call)}`, {
        hint: 'wait a minute, then try again',
      })
    case 'skewed':
      return clockError(error, call)
    case 'refused':
      return refused()
    case 'unavailable':
      return make(error, call, codes.unavailable, `AWS failed to answer ${whatFor(call)}: ${said(error, call)}`, {
        hint: call.mfaCode === undefined ? 'try again in a while' : 'try again in a while, with the next MFA code',
      })
    case 'not-made':
      return make(error, call, codes.notMade, `${whatFor(call)} could not be sent: ${said(error, call)}`)
    default:
      return networkError(error, kind, call)
  }
}

/** The error for a call that was not answered in time. */
export function timeoutError(call: FailedCall, seconds: number): VaultError {
  const message = `${call.host} did not answer ${whatFor(call)} within ${seconds} s`
  return new VaultError('ERR_NETWORK_TIMEOUT', message, { hint: networkHint(call), facts: factsOf(undefined, call) })
}

function refusal(error: SdkError, call: FailedCall): VaultError {
  const { step, source } = call
  const { name, message } = error
  if (name === 'AccessDenied' || name === 'AccessDeniedException') {
    return denial(error, call)
  }
  if (/'tokenCode'/.test(message)) {
    return codeRefused(error, call)
  }
  if (source?.sessionToken !== undefined && (keysRefused.has(name) || /^ExpiredToken/.test(name))) {
    const text = `AWS no longer accepts the session that signs ${whatFor(call)}`
    return new SourceExpiredError(text, optionsOf(error, call, { hint: 'make new sessions with --refresh' }))
  }
  if (source !== undefined && keysRefused.has(name)) {
    return keysError(error, source, call)
  }
  if (name.startsWith('RegionDisabled')) {
    return make(error, call, 'ERR_STS_REGION_DISABLED', `AWS STS is not activated in ${step.region ?? 'this region'}`, {
      hint: 'activate the region in the account settings of the IAM console, or set another region',
    })
  }
  if (invalid.has(name)) {
    return make(error, call, 'ERR_STS_INVALID', `AWS does not take ${whatFor(call)}: ${said(error, call)}`, {
      hint: invalidHint(message, call),
    })
  }
  return make(error, call, 'ERR_STS_REFUSED', `AWS refused ${whatFor(call)}: ${said(error, call)}`)
}

function denial(error: SdkError, call: FailedCall): VaultError {
  const { step, source, mfaCode } = call
  const { message } = error
  if (/^MultiFactorAuthentication failed with invalid/.test(message)) {
    return codeRefused(error, call)
  }
  if (/^MultiFactorAuthentication failed/.test(message) && mfaCode !== undefined) {
    const text = `AWS does not take codes of the MFA device ${step.mfaSerial} for profile "${step.profile}"`
    return make(error, call, 'ERR_STS_MFA_DEVICE', text, {
      hint: 'check mfa_serial: it has to be a device of the very user whose keys are stored',
    })
  }
  // IAM's "Revoke active sessions" denies by a policy of the role what its sessions ask for from then on.
  const mayBeRevoked = source?.sessionToken !== undefined && /explicit deny in an identity-based policy/.test(message)
  return make(error, call, 'ERR_STS_DENIED', `AWS denied ${whatFor(call)}: ${asClause(clean(message, call))}`, {
    hint:
      step.mfaSerial === undefined
        ? `if it takes MFA, set mfa_serial in profile "${step.profile}"; if not, ask who manages the account`
        : 'ask who manages the account to allow it',
    facts: mayBeRevoked ? { sourceMayBeRevoked: true } : {},
  })
}

function codeRefused(error: SdkError, call: FailedCall): VaultError {
  const text = `AWS refused the MFA code for profile "${call.step.profile}"`
  return new MfaRefusedError(text, optionsOf(error, call, { hint: 'wait for the next code: each is taken only once' }))
}

function keysError(error: SdkError, { accessKeyId }: Credentials, call: FailedCall): VaultError {
  const isSecretWrong = /Signature/.test(error.name)
  const what = isSecretWrong ? `the secret key that goes with ${accessKeyId}` : `the access key ${accessKeyId}`
  return make(error, call, 'ERR_STS_KEYS_REFUSED', `AWS does not accept ${what}, which signs ${whatFor(call)}`, {
    hint: isSecretWrong
      ? 'store the key pair again with: aws-vault add'
      : 'it was deleted or deactivated, or is of another AWS partition than the region: store a valid one with: aws-vault add',
    facts: { accessKeyId },
  })
}

function clockError(error: SdkError, call: FailedCall): VaultError {
  const { clockDifference } = call
  const isTelling = clockDifference !== undefined && Math.abs(clockDifference) >= 60_000
  const what = isTelling ? clockWords(clockDifference) : "this computer's clock differs from AWS's"
  return make(error, call, 'ERR_CLOCK_SKEW', `${what}, so AWS does not accept ${whatFor(call)}`, {
    hint: "set the computer's clock, and let it be kept right by NTP",
    facts: clockDifference === undefined ? {} : { secondsBehind: Math.round(clockDifference / 1000) },
  })
}

/** @param difference milliseconds by which AWS's clock is ahead of ours */
export function clockWords(difference: number): string {
  return `this computer's clock is ${inWords(difference)} ${difference > 0 ? 'behind' : 'ahead of'} AWS's`
}

function networkError(error: SdkError, kind: FailureKind, call: FailedCall): VaultError {
  const { host, proxy } = call
  const through = proxy === undefined ? '' : ` through the proxy ${proxy}`
  const what = `${host} cannot be reached${through} for ${whatFor(call)}: ${networkWords(error, kind)}`
  const hints: Partial<Record<FailureKind, string>> = {
    untrusted: 'if your network has a certificate authority of its own, name its PEM file in AWS_CA_BUNDLE',
    unintelligible: 'if your network wants you to sign in, do that first in a browser',
  }
  const code = call.mfaCode !== undefined && kind === 'cut' ? '; the MFA code may be used up: take the next one' : ''
  return make(error, call, 'ERR_NETWORK_FAILED', what, { hint: (hints[kind] ?? networkHint(call)) + code })
}

function networkWords({ code, message }: SdkError, kind: FailureKind): string {
  const [, proxyStatus] = proxyRefusal.exec(message) ?? []
  if (proxyStatus !== undefined) {
    return `the proxy answers ${proxyStatus}`
  }
  const words: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'its name cannot be looked up just now',
    ECONNREFUSED: 'nobody answers there',
    ENETUNREACH: 'there is no network',
    EHOSTUNREACH: 'there is no way to it',
  }
  const generic: Partial<Record<FailureKind, string>> = {
    unreachable: 'no connection in time',
    untrusted: 'its certificate is not trusted',
    cut: 'the connection was cut',
    unintelligible: 'what answers there is not AWS',
  }
  const text = words[code ?? ''] ?? generic[kind] ?? 'the connection failed'
  return code === undefined ? text : `${text} (${code})`
}

function networkHint({ proxy, step }: FailedCall): string {
  if (proxy !== undefined) {
    return 'check HTTPS_PROXY and NO_PROXY'
  }
  return step.endpointUrl === undefined
    ? 'check the network and the region; behind a proxy, set HTTPS_PROXY'
    : `check the endpoint ${new URL(step.endpointUrl).origin} (endpoint_url, AWS_ENDPOINT_URL)`
}

function invalidHint(message: string, { step }: FailedCall): string {
  if (/DurationSeconds|durationSeconds/.test(message)) {
    return 'ask for less with --duration or duration_seconds, or raise the maximum session duration of the role'
  }
  return `check the settings of profile "${step.profile}" in the AWS config`
}

/** `AssumeRole for profile "dev"`. */
function whatFor({ action, step }: FailedCall): string {
  return `${action} for profile "${step.profile}"`
}

/** AWS's own words: `ThrottlingException: Rate exceeded`. */
export function said(error: SdkError, call: FailedCall): string {
  const message = asClause(clean(error.message, call))
  return message === '' ? error.name : `${error.name}: ${message}`
}

/** An error of ours about one that AWS answered. */
export function make(
  error: SdkError,
  call: FailedCall,
  code: string,
  message: string,
  options: VaultErrorOptions = {},
): VaultError {
  return new VaultError(code, message, optionsOf(error, call, options))
}

function optionsOf(error: SdkError, call: FailedCall, options: VaultErrorOptions): VaultErrorOptions {
  return { ...options, facts: { ...factsOf(error, call), ...options.facts }, cause: causeOf(error, call) }
}

function factsOf(error: SdkError | undefined, { action, step, host }: FailedCall): Record<string, unknown> {
  const { httpStatusCode, requestId } = error?.$metadata ?? {}
  return {
    profile: step.profile,
    action,
    host,
    ...(error !== undefined && { awsCode: error.code ?? error.name }),
    ...(httpStatusCode !== undefined && { httpStatus: httpStatusCode }),
    ...(requestId !== undefined && { requestId }),
  }
}

function causeOf(error: SdkError & { stack?: string }, call: FailedCall): Error {
  const cause = new Error(clean(error.message, call))
  cause.name = error.name
  cause.stack = clean(error.stack ?? `${error.name}: ${error.message}`, call)
  return cause
}

function clean(text: string, { source, mfaCode, secrets }: FailedCall): string {
  const own = [source?.secretAccessKey, source?.sessionToken, mfaCode].filter(secret => secret !== undefined)
  return withoutSecrets(text, [...own, ...secrets])
}
