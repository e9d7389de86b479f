import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import { type HttpRequest, headerOf } from './http-message.ts'

/** What the Authorization header of a signed request says. */
export interface Authorization {
  readonly accessKeyId: string
  /** The parts of the credential scope. */
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
  /** Lower-case names, as they came. */
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * Reads the Authorization header.
 * @throws AwsError MissingAuthenticationToken without one, IncompleteSignature when it is not a SigV4 signature
 */
export function parseAuthorization(request: HttpRequest): Authorization {
  const header = headerOf(request, 'authorization')
  if (header === undefined || header === '') {
    throw new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token')
  }
  const blank = header.indexOf(' ')
  const scheme = blank < 0 ? header : header.slice(0, blank)
  if (scheme !== algorithm) {
    throw incomplete(`Unsupported AWS 'algorithm': '${scheme}' (only ${algorithm} for now). `)
  }
  const parameters = new Map<string, string>()
  for (const part of header.slice(blank + 1).split(',')) {
    const equals = part.indexOf('=')
    if (equals > 0) parameters.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim())
  }
  const [credential = '', signedHeaders = '', signature = ''] = ['Credential', 'SignedHeaders', 'Signature'].map(name =>
    parameters.get(name),
  )
  const missing = [
    ...(credential === '' ? ["Authorization header requires 'Credential' parameter."] : []),
    ...(signature === '' ? ["Authorization header requires 'Signature' parameter."] : []),
    ...(signedHeaders === '' ? ["Authorization header requires 'SignedHeaders' parameter."] : []),
    ...(signingTime(request) === undefined
      ? ["Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."]
      : []),
  ]
  if (missing.length > 0) throw incomplete(missing.join(' '))
  const [accessKeyId, date, region, service, terminator, ...more] = credential.split('/')
  if (accessKeyId === undefined || terminator === undefined || more.length > 0 || !date || !region || !service) {
    throw incomplete(`Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.`)
  }
  return { accessKeyId, date, region, service, terminator, signedHeaders: signedHeaders.split(';'), signature }
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', 400, message)
}

/** When the request says that it was signed (`20260101T000000Z`); `undefined` when it does not say so readably. */
export function signingTime(request: HttpRequest): string | undefined {
  const amzDate = headerOf(request, 'x-amz-date')
  if (amzDate !== undefined) return /^\d{8}T\d{6}Z$/.test(amzDate) ? amzDate : undefined
  const parsed = Date.parse(headerOf(request, 'date') ?? '')
  return Number.isNaN(parsed) ? undefined : basicTime(parsed)
}

/** A time in the basic form of ISO 8601: `20260101T000000Z`. */
export function basicTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '')
}

/** The reverse of {@link basicTime}, in milliseconds. */
export function fromBasicTime(time: string): number {
  return Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
}

/**
 * The canonical form of a request.
 * Source: AWS IAM User Guide, "Create a signed AWS API request", step 1.
 */
export function canonicalRequest(request: HttpRequest, signedHeaders: readonly string[]): string {
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    ...signedHeaders.map(name => `${name}:${(request.headers[name] ?? []).map(squeeze).join(',')}`),
    '',
    signedHeaders.join(';'),
    createHash('sha256').update(request.body).digest('hex'),
  ].join('\n')
}

function squeeze(value: string): string {
  return value.trim().replace(/ +/g, ' ')
}

/** Normalised, then every segment encoded once more: all services but S3 want it so. */
function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  const joined = `/${segments.join('/')}`
  return joined !== '/' && path.endsWith('/') ? `${joined}/` : joined
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .map(pair => {
      const equals = pair.indexOf('=')
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [encode(decode(name)), encode(decode(value))] as const
    })
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Percent-encodes all but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * The signature of a request, in hexadecimal digits.
 * Source: AWS IAM User Guide, "Create a signed AWS API request", steps 2 to 4.
 */
export function signatureOf(
  request: HttpRequest,
  authorization: Omit<Authorization, 'signature' | 'accessKeyId'>,
  time: string,
  secretAccessKey: string,
): string {
  const { date, region, service, terminator, signedHeaders } = authorization
  const canonical = createHash('sha256').update(canonicalRequest(request, signedHeaders)).digest('hex')
  const toSign = [algorithm, time, `${date}/${region}/${service}/${terminator}`, canonical].join('\n')
  let key: string | Buffer = `AWS4${secretAccessKey}`
  for (const part of [date, region, service, terminator]) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(toSign).digest('hex')
}

/** Compares two texts in a time that says nothing about where they differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
