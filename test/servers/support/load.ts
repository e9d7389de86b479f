import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'

/** What a load run came to. Times in milliseconds. */
export interface LoadOutcome {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
}

export interface LoadOptions {
  readonly port: number
  /** The bytes of the request. */
  readonly request: Buffer
  /** What every answer has to have in it. */
  readonly expected: string
  readonly connections: number
  readonly requests: number
  /** Whether each request has a connection of its own, as with most SDKs. */
  readonly reconnects?: boolean
}

/** One bucket a microsecond, up to 200 ms. */
const BUCKETS = 200_000

/**
 * Sends the same request again and again on some connections, each after the answer to the one before.
 * @throws Error when an answer is not the expected one
 */
export async function load({
  port,
  request,
  expected,
  connections,
  requests,
  reconnects,
}: LoadOptions): Promise<LoadOutcome> {
  const histogram = new Uint32Array(BUCKETS)
  let left = requests
  const begin = performance.now()

  function note(start: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.floor((performance.now() - start) * 1000))
    histogram[bucket] = (histogram[bucket] as number) + 1
  }

  /** Sends requests on one connection until none are left, or one if there is to be a new connection for each. */
  function converse(): Promise<void> {
    return new Promise((resolve, reject) => {
      let start = performance.now()
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let length = 0
      let received = 0
      const next = (): void => {
        if (left-- <= 0) {
          socket.resetAndDestroy()
          resolve()
          return
        }
        if (!reconnects) start = performance.now()
        received = 0
        socket.write(request)
      }
      socket.once('connect', next).once('error', reject)
      socket.on('data', chunk => {
        if (length === 0) {
          const text = chunk.toString('latin1')
          if (!text.includes(expected)) reject(new Error(`not the expected answer: ${text.slice(0, 200)}`))
          length = text.indexOf('\r\n\r\n') + 4 + Number(/^content-length: (\d+)/im.exec(text)?.[1])
        }
        received += chunk.length
        if (received < length) return
        note(start)
        if (!reconnects) {
          next()
          return
        }
        socket.resetAndDestroy()
        resolve()
      })
    })
  }

  await Promise.all(
    Array.from({ length: connections }, async () => {
      do await converse()
      while (left > 0)
    }),
  )
  const seconds = (performance.now() - begin) / 1000
  return { requestsPerSecond: requests / seconds, p50: percentile(histogram, 0.5), p99: percentile(histogram, 0.99) }
}

function percentile(histogram: Uint32Array, part: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of histogram.entries()) {
    seen += count
    if (seen >= total * part) return bucket / 1000
  }
  return BUCKETS / 1000
}
