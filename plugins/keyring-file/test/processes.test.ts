import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Item } from '@aws-vault/plugin-sdk'
import { item, type KeyringWorker, startKeyringWorker, textOf } from '@aws-vault/plugin-sdk/testkit'
import { makeDirectory, openVault, workFactor } from './vault.ts'

const WRITERS = 50
const RIVALS = 20
const ITEMS = 3

it(`${WRITERS} processes with items of their own and ${RIVALS} with one in common lose nothing, killed or not`, async () => {
  using directory = makeDirectory()
  const { path: dir } = directory
  const start = (items: readonly Item[]): KeyringWorker => {
    const options = { dir, passphrase: 'p', workFactor }
    return startKeyringWorker(import.meta.resolve('../src/index.ts'), { options }, items)
  }
  const own = (writer: number) =>
    Array.from({ length: ITEMS }, (_, index) =>
      item(`own ${writer} ${index}`, `${writer} ${index} `.repeat(index * 40)),
    )
  const common = (rival: number) =>
    Array.from({ length: ITEMS }, (_, index) => item('common', `${rival} ${index} `.repeat(rival * 40 + 1)))

  const writers = Array.from({ length: WRITERS }, (_, writer) => start(own(writer)))
  const rivals = Array.from({ length: RIVALS }, (_, rival) => start(common(rival)))
  // Half of them, each as soon as it has reported some number of items: most likely when it is at the next one.
  const victims = [...writers, ...rivals].filter((_, index) => index % 2 === 0)
  await Promise.all(
    victims.map(async victim => {
      await victim.stored(randomInt(0, ITEMS))
      victim.kill()
    }),
  )
  const reported = await Promise.all(writers.map(({ ended }) => ended))
  const common_ = await Promise.all(rivals.map(({ ended }) => ended))
  for (const [index, worker] of [...writers, ...rivals].entries()) if (index % 2 === 1) await worker.done

  const vault = await openVault(dir, 'p')
  const keys = new Set(await vault.keys())
  for (const [writer, count] of reported.entries()) {
    for (const [index, expected] of own(writer).entries()) {
      if (index < count) assert.ok(keys.has(expected.key), `"${expected.key}" was stored and is lost`)
      if (keys.has(expected.key)) assert.equal(textOf(await vault.get(expected.key)), textOf(expected))
    }
  }
  const candidates = common_.flatMap((_, rival) => common(rival).map(textOf))
  assert.ok(candidates.includes(textOf(await vault.get('common'))))

  // What the killed ones left goes with the next write once it is old.
  const old = new Date(Date.now() - 3_600_000)
  for (const name of readdirSync(dir)) if (name.includes('%tmp-')) utimesSync(join(dir, name), old, old)
  await vault.set(item('after'))
  assert.deepEqual(
    readdirSync(dir).filter(name => name.includes('%tmp-')),
    [],
  )
})

describe('a writer that is killed', () => {
  const moments = ['before openSync', 'after openSync', 'half writeFileSync', 'before fsyncSync', 'after fsyncSync']
  const before = [...moments, 'before closeSync', 'after closeSync', 'before renameSync']
  for (const moment of [...before, 'after renameSync']) {
    it(`leaves a whole item: ${moment}`, async () => {
      using directory = makeDirectory()
      const vault = await openVault(directory.path, 'p')
      await vault.set(item('dev', 'old'))
      const script = fileURLToPath(new URL('./crash.ts', import.meta.url))
      const flags = process.execArgv.filter(argument => argument.startsWith('--conditions='))
      const child = spawnSync(process.execPath, [...flags, script, directory.path, ...moment.split(' ')], {
        encoding: 'utf8',
      })
      assert.equal(child.signal, 'SIGKILL', child.stderr)
      assert.deepEqual(await vault.keys(), ['dev'])
      assert.equal(textOf(await vault.get('dev')), before.includes(moment) ? 'old' : 'new')
      await vault.set(item('dev', 'later'))
      assert.equal(textOf(await vault.get('dev')), 'later')
    })
  }
})
