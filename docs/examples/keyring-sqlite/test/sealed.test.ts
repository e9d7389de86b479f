/** What the README says of the file. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { type Item, isVaultError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'sealed-'))
const file = join(directory, 'deep', 'items.db')
const options = { file, passphrase: 'correct horse battery staple' }
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const item = (key: string): Item => ({
  ...{ key, data: new TextEncoder().encode(secret), label: 'l', description: 'd', attributes: {} },
})

before(async () => {
  const keyring = await backend.open(testContext({ options }))
  await keyring.set(item('work'))
  await keyring.set(item('play'))
  await keyring.close()
})
after(() => rmSync(directory, { recursive: true }))

test('the file holds no secret, in no form, and is for its owner alone', { skip: process.platform === 'win32' }, () => {
  const text = readFileSync(file, 'latin1')
  for (const form of [secret, Buffer.from(secret).toString('base64'), options.passphrase])
    assert.ok(!text.includes(form))
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(directory, 'deep')), ['items.db'])
})

test('names are read without a passphrase', async () => {
  const context = testContext({ options: { file } })
  const keyring = await backend.open(context)
  assert.deepEqual((await keyring.keys()).sort(), ['play', 'work'])
  await keyring.close()
  assert.deepEqual(context.questions, [])
})

test('a sealed value under another name is refused, and so is a changed one', async () => {
  const database = new DatabaseSync(file)
  database.exec("INSERT OR REPLACE INTO items SELECT 'swapped', sealed FROM items WHERE key = 'work'")
  database.exec("INSERT OR REPLACE INTO items SELECT 'changed', sealed || 'A' FROM items WHERE key = 'work'")
  database.close()
  const keyring = await backend.open(testContext({ options }))
  for (const key of ['swapped', 'changed']) {
    await assert.rejects(keyring.get(key), error => isVaultError(error, 'ERR_KEYRING_ITEM'))
  }
  assert.deepEqual(Buffer.from((await keyring.get('work'))?.data ?? []).toString(), secret)
  await keyring.close()
})
