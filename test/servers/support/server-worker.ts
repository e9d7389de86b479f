/**
 * A process with one exposure that serves fixed credentials, for load and fuzz runs: `server-worker.ts ecs`. Says its
 * environment, and its memory when asked.
 */
import type { Credentials, Exposure } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'

const [name = 'ecs'] = process.argv.slice(2)
const credentials: Credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: `IQoJb3JpZ2luX2Vj${'x'.repeat(800)}`,
  expiration: new Date('2100-01-01T00:00:00Z'),
}
const source = { profile: 'work', region: 'eu-west-1', current: async () => credentials, ready: () => credentials }
const { default: exposure } = (await import(`@aws-vault/exposure-${name}`)) as { default: Exposure }
const exposed = await exposure.expose(source, testContext({ homeDirectory: process.env.HOME ?? '/tmp' }))

/** After the ends of connections have been heard of, and what they held is gone. */
async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  for (let round = 0; round < 5; round++) {
    await new Promise(resolve => setTimeout(resolve, 20))
    globalThis.gc?.()
  }
  return process.memoryUsage()
}

process.on('message', question => {
  if (question === 'end') void exposed.close?.().then(() => process.disconnect())
  else void settledMemory().then(memory => process.send?.({ memory }))
})
process.on('disconnect', () => process.exit())
process.send?.({ environment: exposed.environment })
