// Run in a process of its own, where the file system has its limits: does some steps with a vault, and writes to stdout
// what came of each, as JSON.
import { text } from 'node:stream/consumers'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { openVault } from './vault.ts'

/** What to do, as JSON on standard input. */
export interface Steps {
  readonly dir: string
  readonly steps: readonly (
    | readonly ['set', string, string]
    | readonly ['get' | 'remove', string]
    | readonly ['keys']
  )[]
}

/** What came of a step. */
export interface Outcome {
  readonly value?: unknown
  readonly code?: string
  readonly message?: string
  readonly hint?: string
}

const { dir, steps } = JSON.parse(await text(process.stdin)) as Steps
const vault = await openVault(dir, 'p')
const outcomes: Outcome[] = []
for (const [verb, key = '', data = ''] of steps) {
  try {
    outcomes.push({ value: await run(verb, key, data) })
  } catch (error) {
    const { code, message, hint } = isVaultError(error) ? error : { code: 'none', message: String(error), hint: '' }
    outcomes.push({ code, message, hint: hint ?? '' })
  }
}
process.stdout.write(JSON.stringify(outcomes))

async function run(verb: Steps['steps'][number][0], key: string, data: string): Promise<unknown> {
  switch (verb) {
    case 'set':
      return vault.set(item(key, data))
    case 'get':
      return textOf(await vault.get(key))
    case 'remove':
      return vault.remove(key)
    case 'keys':
      return (await vault.keys()).sort()
  }
}
