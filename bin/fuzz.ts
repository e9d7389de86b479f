/** Sends requests made by a grammar to a credential server: `npm run fuzz -- [REQUESTS] [SEED] [ecs|ec2]`. */
import { type Fuzzed, fuzzServer } from '../test/servers/support/fuzz.ts'

const [requests = '200000', seed = String(Date.now() % 1_000_000), name = 'ecs'] = process.argv.slice(2)
const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
const { heap, rss, ...counts } = await fuzzServer(Number(requests), Number(seed), name as Fuzzed)
process.stdout.write(
  `seed ${seed}: ${counts.requests} requests on ${counts.connections} connections, ${counts.good} of them good ones that got ` +
    `credentials; none for any other, and the server lives. Heap ${megabytes(heap[0])} MB after a quarter, ` +
    `${megabytes(heap[1])} MB at the end; resident ${megabytes(rss[0])} MB, ${megabytes(rss[1])} MB.\n`,
)
