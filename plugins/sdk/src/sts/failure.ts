/**
 * What became of a call that gave no result:
 * - `throttled`: AWS said to come back later, and did nothing
 * - `skewed`: AWS did not accept the time of the signature, and did nothing
 * - `refused`: AWS said no
 * - `unavailable`: AWS, or what stands before it, failed; it may have done something
 * - `unreachable`: no connection, for now: nothing was sent
 * - `no-such-host`: no connection, and trying again will not help
 * - `untrusted`: no connection, for want of a certificate that can be trusted
 * - `cut`: the connection was cut; AWS may have done something
 * - `proxy-refused`: the proxy made no connection
 * - `unintelligible`: what answered does not speak like AWS
 * - `not-made`: it could not even be sent
 */
export type FailureKind =
  | 'throttled'
  | 'skewed'
  | 'refused'
  | 'unavailable'
  | 'unreachable'
  | 'no-such-host'
  | 'untrusted'
  | 'cut'
  | 'proxy-refused'
  | 'unintelligible'
  | 'not-made'

/** What is used of an error that the AWS SDK throws. */
export interface SdkError {
  readonly name: string
  readonly message: string
  /** Of Node, for an error of the network. */
  readonly code?: string
  readonly syscall?: string
  /** Who is to blame; only on errors that AWS itself answered. */
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

const throttling: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottledException',
  'ThrottlingException',
  'TooManyRequestsException',
])

const skew: ReadonlySet<string> = new Set(['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed'])

const unreachable: ReadonlySet<string> = new Set(['EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'])
const noSuchHost: ReadonlySet<string> = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EAI_FAIL', 'EAI_NONAME'])

/** Tells what became of a call from the error that the SDK threw. */
export function failureKind(error: SdkError): FailureKind {
  const { code, name, message, $fault, $metadata } = error
  if (code !== undefined) {
    return networkFailure(code, error.syscall)
  }
  const status = $metadata?.httpStatusCode
  if (status === undefined) {
    return failureWithoutAnswer(name, message)
  }
  if (status === 429 || throttling.has(name)) {
    return 'throttled'
  }
  if (skew.has(name) || /^Signature (expired|not yet current)/.test(message)) {
    return 'skewed'
  }
  if (status >= 500 || name === 'IDPCommunicationError') {
    return 'unavailable'
  }
  return $fault === undefined ? 'unintelligible' : 'refused'
}

/** What hpagent says when a proxy does not answer CONNECT with 200. */
export const proxyRefusal: RegExp = /^Bad response: (\d+)$/

function failureWithoutAnswer(name: string, message: string): FailureKind {
  if (name === 'TimeoutError') {
    return 'unreachable'
  }
  return proxyRefusal.test(message) ? 'proxy-refused' : 'not-made'
}

function networkFailure(code: string, syscall: string | undefined): FailureKind {
  if (unreachable.has(code) || (code === 'ETIMEDOUT' && syscall === 'connect')) {
    return 'unreachable'
  }
  if (noSuchHost.has(code)) {
    return 'no-such-host'
  }
  return /CERT|^ERR_TLS|^ERR_SSL|SIGNATURE|^EPROTO$/.test(code) ? 'untrusted' : 'cut'
}
