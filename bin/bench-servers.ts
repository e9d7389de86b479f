/**
 * Load on each credential server, as a table for docs/performance.md: `npm run bench:servers -- [REQUESTS [NAMES]]`. The server
 * has a process of its own; the client takes about as much of the machine as it does.
 */
import { goodRequestOf } from '../test/servers/support/good-request.ts'
import { type LoadOptions, type LoadOutcome, load } from '../test/servers/support/load.ts'
import { SERVED, startServerProcess } from '../test/servers/support/server-process.ts'

const requests = Number(process.argv[2] ?? 1_000_000)
const CONNECTIONS = 8
const servers = process.argv.length > 3 ? process.argv.slice(3) : ['ecs', 'eks', 'ec2']

const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0)
const row = (name: string, how: string, { requestsPerSecond, p50, p99 }: LoadOutcome, memory: string): void => {
  say(
    `| ${name} | ${how} | ${Math.round(requestsPerSecond).toLocaleString('en')} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${memory} |`,
  )
}

say(`Node ${process.version}, ${process.platform} ${process.arch}, ${CONNECTIONS} connections, ${requests} requests\n`)
say('| Server | Connections | Requests a second | p50 (ms) | p99 (ms) | Resident memory (MB), before and after |')
say('|---|---|---:|---:|---:|---:|')
for (const name of servers) {
  await using server = await startServerProcess(name)
  const { url, header, token } = await goodRequestOf(name, server.environment)
  const { host, port, pathname } = url
  // What the AWS SDK for JavaScript sends.
  const request = Buffer.from(
    `GET ${pathname} HTTP/1.1\r\n${header}: ${token}\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`,
  )
  const options: LoadOptions = { port: Number(port), request, expected: SERVED, connections: CONNECTIONS, requests }
  const before = await server.memory()
  const kept = await load(options)
  const after = await server.memory()
  row(name, 'kept', kept, `${megabytes(before.rss)}, ${megabytes(after.rss)}`)
  row(name, 'one a request', await load({ ...options, requests: Math.ceil(requests / 50), reconnects: true }), '')
}
