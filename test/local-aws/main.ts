/**
 * Runs a local AWS as a process of its own: `node main.ts [--port 0] [--world FILE.json]`. Prints one line of JSON,
 * `{"url": ..., "pid": ...}`, when it is ready. Ends on SIGTERM or SIGINT.
 * @module
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { startLocalAws } from './server.ts'
import type { WorldSpec } from './world-spec.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, world: { type: 'string' } } })
const world = values.world === undefined ? {} : (JSON.parse(readFileSync(values.world, 'utf8')) as WorldSpec)
const aws = await startLocalAws({ port: Number(values.port), world })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void aws.close())
process.stdout.write(`${JSON.stringify({ url: aws.url, pid: process.pid })}\n`)
