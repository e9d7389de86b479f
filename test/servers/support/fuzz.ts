import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { goodRequestOf } from './good-request.ts'
import { type FuzzRequest, fuzzRequest, type GoodRequest } from './request-grammar.ts'
import { SERVED, startServerProcess } from './server-process.ts'
import { seededRandom } from './simulated-time.ts'

/** What a fuzz run came to. */
export interface FuzzOutcome {
  readonly requests: number
  readonly connections: number
  /** Good requests, each of which got credentials. */
  readonly good: number
  /** Bytes on the heap after a collection of garbage, at a quarter of the run and at its end. */
  readonly heap: readonly [number, number]
  readonly rss: readonly [number, number]
}

/** A server that is fuzzed. */
export const fuzzed = ['ecs', 'eks', 'ec2'] as const
export type Fuzzed = (typeof fuzzed)[number]

/** Clients at a time. Each makes its requests by chances of its own, so that they are the same whoever is faster. */
const CLIENTS = 16

/** The command that does the same again. */
export const again = (name: Fuzzed, requests: number, seed: number): string =>
  `npm run fuzz -- ${requests} --seed ${seed} ${name}`

/**
 * Sends requests made by a grammar to a server in a process of its own. After each connection it is looked at
 * what came back: credentials for good requests, and for them alone.
 * @throws AssertionError with the bytes and the command to try again when something else came back, or the server died
 */
export async function fuzzServer(requests: number, seed: number, name: Fuzzed = 'ecs'): Promise<FuzzOutcome> {
  // With little room for what is young, what is resident is what is held, and not what V8 had no reason to collect yet.
  await using server = await startServerProcess(name, ['--max-semi-space-size=1'])
  const { url, header, token } = await goodRequestOf(name, server.environment)
  const { host, port, pathname } = url
  const good: GoodRequest = { host, path: pathname, token }
  const repeat = again(name, requests, seed)
  const clients = Array.from({ length: CLIENTS }, (_, number) => ({
    random: seededRandom(seed * CLIENTS + number),
    sent: 0,
  }))
  let connections = 0
  let goodOnes = 0
  let first: NodeJS.MemoryUsage | undefined

  async function converseUntil(until: number, one: (typeof clients)[number]): Promise<void> {
    const { random } = one
    while (one.sent < until) {
      const batch: FuzzRequest[] = []
      do {
        const made = fuzzRequest(good, random)
        batch.push({ ...made, bytes: withHeader(made.bytes, header) })
      } while (random() < 0.5 && batch.length < 8)
      one.sent += batch.length
      connections++
      const chunks = random() < 0.3 ? cut(batch, random) : [Buffer.concat(batch.map(({ bytes }) => bytes))]
      const answer = await converse(Number(port), chunks)
      goodOnes += check(answer, batch, token, repeat)
    }
  }

  for (const until of [requests / 4, requests]) {
    await Promise.all(clients.map(one => converseUntil(until / CLIENTS, one)))
    first ??= await server.memory()
  }
  assert.equal(server.child.exitCode, null, `${repeat}: the server died`)
  const last = await server.memory()
  const before = first as NodeJS.MemoryUsage
  return {
    requests: clients.reduce((sum, { sent }) => sum + sent, 0),
    connections,
    good: goodOnes,
    heap: [before.heapUsed + before.external, last.heapUsed + last.external],
    rss: [before.rss, last.rss],
  }
}

/**
 * The number of good requests at the beginning of a batch, which were answered. The first one that is not good may have
 * the beginning of the next in it, and so turn it into another: of those behind it, any that has the token may be given.
 */
function check(answer: string, batch: readonly FuzzRequest[], token: string, repeat: string): number {
  const firstBad = batch.findIndex(({ given }) => given !== 'must')
  const sure = firstBad === -1 ? batch.length : firstBad
  const doubtful = batch.filter(
    ({ given, bytes }, index) => index < sure || given === 'may' || (index > sure && bytes.includes(token)),
  ).length
  const given = answer.split(SERVED).length - 1
  if (given < sure || given > doubtful) {
    const wire = Buffer.concat(batch.map(({ bytes }) => bytes)).toString('latin1')
    assert.fail(
      `${repeat}: ${given} answers with credentials, expected ${sure} to ${doubtful} for ${JSON.stringify(wire)}: ${JSON.stringify(answer.slice(0, 500))}`,
    )
  }
  assert.doesNotMatch(answer, /node|aws-vault\/|\.ts:|\bat [\w.]+ \(/, 'something of our inside in an answer')
  return sure
}

/** The grammar is written for a token in `Authorization`. */
const withHeader = (bytes: Buffer, header: string): Buffer =>
  Buffer.from(bytes.toString('latin1').replaceAll(/authorization/gi, header), 'latin1')

/** The bytes of a batch in pieces. */
function cut(batch: readonly FuzzRequest[], random: () => number): Buffer[] {
  const all = Buffer.concat(batch.map(({ bytes }) => bytes))
  const at = Math.floor(random() * all.length)
  return [all.subarray(0, at), all.subarray(at)]
}

/** Sends pieces, then closes our side, and gives everything that came back. */
function converse(port: number, chunks: readonly Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const received: Buffer[] = []
    const done = (): void => {
      // A reset instead of a long goodbye, or the ports of this machine would run out.
      socket.resetAndDestroy()
      resolve(Buffer.concat(received).toString('latin1'))
    }
    socket.on('data', data => received.push(data))
    socket.once('end', done)
    socket.once('error', error => ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? reject(error) : done()))
    for (const [index, chunk] of chunks.entries()) {
      if (index === 0) socket.write(chunk)
      else setImmediate(() => socket.writable && socket.write(chunk))
    }
    setImmediate(() => setImmediate(() => socket.end()))
  })
}
