/** A request as a handler sees it. Immutable: the same bytes give the same one. */
export interface Request {
  readonly method: string
  /** As it was sent, not decoded and not normalised; begins with a slash. */
  readonly path: string
  /** By lower-case name: those that the server reads and those that it was told to keep. None of them came twice. */
  readonly headers: ReadonlyMap<string, string>
  /** Whether the client wants the connection to end with the answer. */
  readonly closes: boolean
}

/** Why a request is not taken, as the status to answer with. Its connection ends: what follows cannot be told. */
export interface Refusal {
  readonly refused: 400 | 403 | 404 | 413 | 417 | 431 | 501 | 505
}

/** The header names that decide whether a request is taken. */
const DECISIVE = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'origin',
  'access-control-request-method',
  'access-control-request-headers',
])

const REQUEST_LINE = /^([A-Z]{1,16}) ([\x21-\x7e]{1,2048}) HTTP\/(\d\.\d)$/
/** What stands in a value may be text in any encoding (RFC 9110, 5.5, obs-text): the name of a user's program, say. */
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/
/** In what is read here, nothing but ASCII is right. */
const PLAIN = /^[\t\x20-\x7e]*$/
/** RFC 3986, path: no fragment, no query, and none of what is not allowed in an address at all. */
const PATH = /^\/[A-Za-z0-9\-._~:/@!$&'()*+,;=%]*$/
/** What programs on the way may read as another path: an empty segment, `.`, `..`, and everything that is encoded. */
const AMBIGUOUS = /\/\/|\/\.{1,2}(?:\/|$)|%/

/** Whether a refusal came out. */
export function isRefusal(result: Request | Refusal): result is Refusal {
  return 'refused' in result
}

/**
 * Reads the head of a request (RFC 9112), without the empty line at its end. Strict: what is not clearly right is
 * refused, so that nobody on the way can have read it in another way. Requests have no body. Pure.
 * @param head one character a byte
 * @param keep lower-case names of further headers that the handler reads; each may come once
 */
export function readRequestHead(head: string, keep: ReadonlySet<string>): Request | Refusal {
  const lines = head.split('\r\n')
  const start = REQUEST_LINE.exec(lines[0] as string)
  if (start === null) return { refused: 400 }
  const [, method, path, version] = start as unknown as [string, string, string, string]
  if (version !== '1.1') return { refused: 505 }
  const headers = new Map<string, string>()
  for (let index = 1; index < lines.length; index++) {
    const field = HEADER_LINE.exec(lines[index] as string)
    if (field === null) return { refused: 400 }
    const name = (field[1] as string).toLowerCase()
    // Browsers send these with every request, and scripts in them cannot leave them out. `fetch` of Node sends the mode alone.
    if (name.startsWith('sec-fetch-') && name !== 'sec-fetch-mode') return { refused: 403 }
    if (!DECISIVE.has(name) && !keep.has(name)) continue
    const value = field[2] as string
    if (headers.has(name) || !PLAIN.test(value)) return { refused: 400 }
    headers.set(name, value.trimEnd())
  }
  const refused = refusalOf(headers) ?? (path.startsWith('/') ? undefined : 400)
  if (refused !== undefined) return { refused }
  if (!PATH.test(path) || AMBIGUOUS.test(path)) return { refused: 404 }
  return { method, path, headers, closes: wantsClose(headers.get('connection')) }
}

function refusalOf(headers: ReadonlyMap<string, string>): Refusal['refused'] | undefined {
  if (headers.has('origin')) return 403
  if (headers.has('access-control-request-method') || headers.has('access-control-request-headers')) return 403
  if (!headers.has('host')) return 400
  if (headers.has('transfer-encoding')) return 501
  if (headers.has('expect')) return 417
  const length = headers.get('content-length')
  if (length === undefined || length === '0') return undefined
  return /^\d+$/.test(length) ? 413 : 400
}

function wantsClose(connection: string | undefined): boolean {
  return connection !== undefined && /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(connection)
}
