// Run in a process of its own: stores items in turn, and writes a line to stdout when one is stored.
import { writeSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { KeyringBackend } from '../keyring.ts'
import { testContext } from './context.ts'
import type { KeyringWork } from './keyring-processes.ts'

const { module, store, items } = JSON.parse(await text(process.stdin)) as KeyringWork
const backend = ((await import(module)) as { default: KeyringBackend }).default
const keyring = await backend.open(testContext(store))
for (const item of items) {
  await keyring.set({ ...item, data: Buffer.from(item.data, 'base64') })
  // At once: what is reported must not wait in a buffer for a process that is about to be killed.
  writeSync(1, 'stored\n')
}
await keyring.close()
