/** SDKs in other languages, where their tools are installed, as on CI: docs/servers.md has the table. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Credentials, Exposure } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import ec2 from '../../plugins/exposure-ec2/src/index.ts'
import ecs from '../../plugins/exposure-ecs/src/index.ts'
import eks from '../../plugins/exposure-eks/src/index.ts'
import { Asked } from './support/asked.ts'
import { builtClients } from './support/built-clients.ts'

const exposures: readonly [name: string, exposure: Exposure][] = [
  ['ecs', ecs],
  ['eks', eks],
  ['ec2', ec2],
]

for (const { name: client, build } of builtClients) {
  describe(client, async () => {
    const result = build()
    for (const [name, exposure] of exposures) {
      test(`gets credentials from ${name}, and renewed ones when those end`, async context => {
        if ('problem' in result) {
          const { problem, isLeftOut = false } = result
          if (process.env.CI === 'true' && !isLeftOut) throw new Error(`${client} cannot be built here: ${problem}`)
          return context.skip(problem)
        }
        const home = mkdtempSync(join(tmpdir(), 'aws-vault-clients-'))
        const issue = (id: string, seconds: number): Credentials => ({
          accessKeyId: id,
          secretAccessKey: 's',
          sessionToken: 't',
          expiration: new Date(Date.now() + seconds * 1000),
        })
        let current: Credentials | undefined
        const source = {
          profile: 'work',
          current: () => Promise.reject(new Error('they are at hand')),
          ready: () => {
            // They begin to live when they are asked for: a client may take its time to start.
            current ??= issue('ASIAFIRST', 3)
            return current
          },
        }
        const exposed = await exposure.expose(source, testContext({ homeDirectory: home }))
        try {
          await using program = new Asked(result.command, exposed.environment)
          assert.match(await program.ask(), / ASIAFIRST$/)
          const end = (current as Credentials | undefined)?.expiration?.getTime() ?? 0
          current = issue('ASIASECOND', 3600)
          let answer = await program.ask()
          while (answer.endsWith(' ASIAFIRST') && Date.now() <= end) {
            await setTimeout(50)
            answer = await program.ask()
          }
          assert.match(answer, / ASIASECOND$/)
        } finally {
          await exposed.close?.()
          rmSync(home, { recursive: true })
        }
      })
    }
  })
}
