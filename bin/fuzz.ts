/**
 * Sends requests made by a grammar to credential servers: `npm run fuzz -- [REQUESTS] [--seed NUMBER] [ecs] [eks] [ec2]`,
 * each of them if none is named. The same seed makes the same requests. A failure is kept in .cache/fuzz-failures.txt as
 * the command that does it again.
 */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { again, type Fuzzed, fuzzed, fuzzServer } from '../test/servers/support/fuzz.ts'

const usage = `usage: npm run fuzz -- [REQUESTS] [--seed NUMBER] [${fuzzed.join('] [')}]`
const { values, positionals } = parseArgs({ options: { seed: { type: 'string' } }, allowPositionals: true })
const count = positionals.find(word => /^\d+$/.test(word)) ?? '200000'
const names = positionals.filter(word => word !== count)
const seed = values.seed ?? String(Date.now() % 1_000_000)
if (!/^\d{1,9}$/.test(seed) || names.some(name => !fuzzed.includes(name as Fuzzed))) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}
const requests = Number(count)
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)

/** Kept: a seed that came by chance is worth more than the run that found it. */
function keep(command: string): void {
  const directory = join(import.meta.dirname, '..', '.cache')
  mkdirSync(directory, { recursive: true })
  appendFileSync(join(directory, 'fuzz-failures.txt'), `${command}\n`)
}

for (const name of (names.length > 0 ? names : fuzzed) as readonly Fuzzed[]) {
  const command = again(name, requests, Number(seed))
  process.stdout.write(`${command}\n`)
  try {
    const { heap, rss, ...counts } = await fuzzServer(requests, Number(seed), name)
    process.stdout.write(
      `${name}: ${counts.requests} requests on ${counts.connections} connections, ${counts.good} of them good ones that got ` +
        `credentials; none for any other, and the server lives. Heap ${megabytes(heap[0])} MB after a quarter, ` +
        `${megabytes(heap[1])} MB at the end; resident ${megabytes(rss[0])} MB, ${megabytes(rss[1])} MB.\n`,
    )
  } catch (error) {
    keep(command)
    process.stderr.write(`${(error as Error).message}\nagain: ${command}\n`)
    process.exitCode = 1
  }
}
