/** Requests for a fuzz run: made by a grammar, each with what a server may do with it. */

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly bytes: Buffer
  /** `must`: it is a good one; `may`: nobody can say, but the token is right; `never`: it gets no credentials. */
  readonly given: 'must' | 'may' | 'never'
}

/** What good requests are made of. */
export interface GoodRequest {
  readonly host: string
  readonly path: string
  readonly token: string
}

type Random = () => number

interface Draft {
  method: string
  target: string
  version: string
  headers: [name: string, value: string][]
  lineEnd: string
}

/** A change to a good request, and whether credentials may still be given. */
interface Change {
  readonly harmless?: true
  apply(draft: Draft, random: Random, good: GoodRequest): void
}

const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
const number = (random: Random, below: number): number => Math.floor(random() * below)
const text = (random: Random, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(number(random, 256))).join('')

const setHeader = (draft: Draft, name: string, change: (value: string) => string): void => {
  draft.headers = draft.headers.map(([key, value]) =>
    key.toLowerCase() === name ? [key, change(value.trim())] : [key, value],
  )
}
const insert = (draft: Draft, random: Random, ...header: [string, string]): void => {
  draft.headers.splice(number(random, draft.headers.length + 1), 0, header)
}

const CHANGES: readonly Change[] = [
  // What clients do.
  {
    harmless: true,
    apply: (draft, random) =>
      insert(
        draft,
        random,
        pick(random, ['Accept', 'User-Agent', 'X-Amz-Date', 'accept-encoding']),
        pick(random, ['*/*', '', 'identity', 'a b;c="d"', '\xe4\x80\xff', 'x'.repeat(number(random, 3000))]),
      ),
  },
  {
    harmless: true,
    apply: draft => {
      draft.headers = draft.headers.map(([name, value]) => [name.toUpperCase(), value])
    },
  },
  {
    harmless: true,
    apply: draft => {
      draft.headers = draft.headers.map(([name, value]) => [name.toLowerCase(), `  ${value}\t `])
    },
  },
  {
    harmless: true,
    apply: draft => {
      draft.headers.reverse()
    },
  },
  { harmless: true, apply: (draft, random) => insert(draft, random, 'Content-Length', '0') },
  {
    harmless: true,
    apply: (draft, random) =>
      insert(draft, random, 'Connection', pick(random, ['keep-alive', 'Upgrade', 'TE, keep-alive', ''])),
  },
  // Tokens.
  {
    apply: (draft, random) => setHeader(draft, 'authorization', value => value.slice(0, number(random, value.length))),
  },
  {
    apply: (draft, random) =>
      setHeader(draft, 'authorization', value => value.slice(1 + number(random, value.length - 1))),
  },
  {
    apply: (draft, random) =>
      setHeader(
        draft,
        'authorization',
        value => value + pick(random, ['x', value, 'x'.repeat(number(random, 9000)), ', ', '=', '/']).concat('.'),
      ),
  },
  {
    apply: (draft, random) =>
      setHeader(draft, 'authorization', value => pick(random, ['Bearer ', 'Basic ', '"', ',', 'x']) + value),
  },
  { apply: (draft, random) => setHeader(draft, 'authorization', value => flipped(value, random)) },
  {
    apply: draft => {
      draft.headers = draft.headers.filter(([name]) => name.toLowerCase() !== 'authorization')
    },
  },
  { apply: (draft, random, { token }) => insert(draft, random, 'Authorization', pick(random, ['x', '', token])) },
  {
    apply: draft => {
      draft.headers = draft.headers.map(([name, value]) => [
        name.toLowerCase() === 'authorization' ? `X-${name}` : name,
        value,
      ])
    },
  },
  // Hosts.
  {
    apply: (draft, random) =>
      setHeader(draft, 'host', value =>
        pick(random, [
          'evil.test',
          `evil.test${value.slice(value.indexOf(':'))}`,
          value.replace('127.0.0.1', 'localhost'),
          `${value}0`,
          `${value}.`,
          `x@${value}`,
          `[::1]${value.slice(value.indexOf(':'))}`,
          '',
        ]),
      ),
  },
  { apply: (draft, random) => insert(draft, random, 'Host', pick(random, ['evil.test', draft.headers[0]?.[1] ?? ''])) },
  {
    apply: draft => {
      draft.headers = draft.headers.filter(([name]) => name.toLowerCase() !== 'host')
    },
  },
  // Browsers.
  {
    apply: (draft, random) =>
      insert(
        draft,
        random,
        pick(random, [
          'Origin',
          'origin',
          'Sec-Fetch-Site',
          'sec-fetch-user',
          'SEC-FETCH-DEST',
          'Access-Control-Request-Method',
        ]),
        pick(random, ['null', 'http://evil.test', 'cross-site', '']),
      ),
  },
  // Bodies.
  {
    apply: (draft, random) =>
      insert(
        draft,
        random,
        'Content-Length',
        pick(random, ['1', '5', '-1', '+0', '00x', '0,0', '99999999999999999999', ' 0 0', '0x0']),
      ),
  },
  {
    apply: (draft, random) =>
      insert(
        draft,
        random,
        'Transfer-Encoding',
        pick(random, ['chunked', 'identity', 'gzip, chunked', '\tchunked', 'xchunked', '']),
      ),
  },
  { apply: (draft, random) => insert(draft, random, 'Expect', '100-continue') },
  // Lines.
  {
    apply: (draft, random) => {
      draft.method = pick(random, [
        'POST',
        'PUT',
        'HEAD',
        'OPTIONS',
        'DELETE',
        'TRACE',
        'get',
        'Get',
        'GETX',
        'G ET',
        '',
        '\0GET',
        'CONNECT',
        'X'.repeat(number(random, 5000)),
      ])
    },
  },
  {
    apply: (draft, random) => {
      draft.version = pick(random, [
        'HTTP/1.0',
        'HTTP/2',
        'HTTP/2.0',
        'HTTP/0.9',
        'HTTP/1.11',
        'http/1.1',
        '',
        'HTTP/1.1 ',
        'HTTPS/1.1',
        'RTSP/1.0',
      ])
    },
  },
  {
    apply: (draft, random) => {
      draft.lineEnd = pick(random, ['\n', '\r', '\n\r', '\r\r\n', ' \r\n '])
    },
  },
  {
    apply: (draft, random) =>
      insert(draft, random, pick(random, ['X ', ' X', '', 'X\t', 'X\0', 'X\xe4', 'X(', 'X\r']), 'a'),
  },
  {
    apply: (draft, random) =>
      insert(
        draft,
        random,
        'X',
        pick(random, ['\0', '\x7f', '\xe4\x01', 'a\rb', 'a\nb', '\r\n folded', '\x1b[0m', '\x01']),
      ),
  },
  { apply: (draft, random) => insert(draft, random, 'X', 'x'.repeat(17_000 + number(random, 50_000))) },
  // Paths.
  {
    apply: (draft, random) => {
      draft.target = pick(random, PATHS)
    },
  },
  {
    apply: (draft, random) => {
      draft.target = `/${text(random, 1 + number(random, 40))}`
    },
  },
  {
    apply: (draft, random, { path }) => {
      draft.target = pick(random, [
        `${path}?`,
        `${path}#`,
        `${path}%00`,
        `/.${path}`,
        `/x/..${path}`,
        `/${path}`,
        `http://127.0.0.1${path}`,
        `${path}\0`,
        `${path};a`,
        `${path}.`,
      ])
    },
  },
]

const PATHS = [
  '/..',
  '//',
  '/%2e%2e/',
  '/%2F',
  '*',
  '',
  '/./',
  '/\\',
  '/%',
  '/role-arn/',
  '/role-arn/..',
  '/x',
  '/latest/meta-data/iam/security-credentials/',
  '/favicon.ico',
  '/é',
  `/${'a/'.repeat(3000)}`,
]

const HARMLESS = CHANGES.filter(({ harmless }) => harmless)
const HARMFUL = CHANGES.filter(({ harmless }) => !harmless)

/** One character changed into another visible one. */
function flipped(value: string, random: Random): string {
  const at = number(random, value.length)
  return value.slice(0, at) + (value[at] === 'x' ? 'y' : 'x') + value.slice(at + 1)
}

function format({ method, target, version, headers, lineEnd }: Draft): Buffer {
  const lines = [`${method} ${target} ${version}`, ...headers.map(([name, value]) => `${name}: ${value}`), '', '']
  return Buffer.from(lines.join(lineEnd), 'latin1')
}

/** A request by chance: a good one, one with some changes, or one whose bytes are broken. */
export function fuzzRequest(good: GoodRequest, random: Random): FuzzRequest {
  const draft: Draft = {
    method: 'GET',
    target: good.path,
    version: 'HTTP/1.1',
    headers: [
      ['Host', good.host],
      ['Authorization', good.token],
    ],
    lineEnd: '\r\n',
  }
  if (random() < 0.2) return broken(format(draft), good, random)
  for (let count = number(random, 4); count > 0; count--) pick(random, HARMLESS).apply(draft, random, good)
  // Two of a header that counts are refused, whatever they say.
  const counting = draft.headers
    .map(([name]) => name.toLowerCase())
    .filter(name => /^(?:content-length|connection)$/.test(name))
  let given: FuzzRequest['given'] = new Set(counting).size < counting.length ? 'never' : 'must'
  // One that harms, and as the last: another one could undo it.
  if (random() < 0.6) {
    pick(random, HARMFUL).apply(draft, random, good)
    given = 'never'
  }
  const bytes = format(draft)
  if (given === 'must' && bytes.length > 16_000) given = 'may'
  return { bytes, given }
}

/** Bytes changed, taken out or doubled at random places. What has not the token in it gets nothing. */
function broken(bytes: Buffer, { token }: GoodRequest, random: Random): FuzzRequest {
  let result = bytes
  for (let count = 1 + number(random, 5); count > 0; count--) {
    const at = number(random, result.length)
    const length = 1 + number(random, 20)
    const before = result.subarray(0, at)
    const rest = result.subarray(at)
    result = pick(random, [
      () => Buffer.concat([before, Buffer.from([number(random, 256)]), rest.subarray(1)]),
      () => Buffer.concat([before, rest.subarray(length)]),
      () => Buffer.concat([before, rest.subarray(0, length), rest]),
      () => Buffer.concat([before, Buffer.from(text(random, length), 'latin1'), rest]),
      () => before,
    ])()
  }
  return { bytes: result, given: result.includes(token) ? 'may' : 'never' }
}
