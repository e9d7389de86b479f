/** An answer as the bytes that go over the wire, made once and sent any number of times. */
export interface Answer {
  readonly status: number
  readonly bytes: Buffer
  /** Whether the connection ends with it. */
  readonly closes: boolean
}

/** What an answer says beside what every answer says. */
export interface AnswerOptions {
  readonly status: number
  /** Empty if absent. */
  readonly body?: string
  /** The media type of the body. */
  readonly type?: string
  /** Further headers by name; none of them may hold a line break. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the connection ends with it. */
  readonly closes?: boolean
}

/** Reason phrases (RFC 9110). */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
}

/**
 * What every answer carries: nobody may keep it, take it for another type, embed it or read it from another site. No
 * date, and no word on who answers.
 */
const ALWAYS =
  'Cache-Control: no-store\r\n' +
  'X-Content-Type-Options: nosniff\r\n' +
  "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" +
  'Cross-Origin-Resource-Policy: same-origin\r\n'

/**
 * Formats an answer (RFC 9112).
 * @throws RangeError when a header has a character that may not stand in one
 */
export function formatAnswer({ status, body = '', type, headers = {}, closes = false }: AnswerOptions): Answer {
  const content = Buffer.from(body)
  const own = Object.entries({ ...(type === undefined ? {} : { 'Content-Type': type }), ...headers })
  for (const [name, value] of own) {
    if (!/^[A-Za-z0-9-]+$/.test(name) || !/^[\x20-\x7e]*$/.test(value)) throw new RangeError(`a bad header: ${name}`)
  }
  const head =
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}\r\n` +
    own.map(([name, value]) => `${name}: ${value}\r\n`).join('') +
    ALWAYS +
    (closes ? 'Connection: close\r\n' : '') +
    `Content-Length: ${content.length}\r\n\r\n`
  return { status, bytes: Buffer.concat([Buffer.from(head, 'latin1'), content]), closes }
}

/** An answer in JSON. */
export function answerJson(status: number, value: unknown, options: Omit<AnswerOptions, 'status'> = {}): Answer {
  return formatAnswer({ type: 'application/json', ...options, status, body: JSON.stringify(value) })
}

/** An answer in plain text, as the metadata service gives them. */
export function answerText(status: number, body: string, options: Omit<AnswerOptions, 'status'> = {}): Answer {
  return formatAnswer({ type: 'text/plain', ...options, status, body })
}
