// The files that the Go tool of the same name wrote, and the variations of them that it was seen to accept.
import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { textOf } from '@aws-vault/plugin-sdk/testkit'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import { makeDirectory, openVault } from './vault.ts'

interface Manifest {
  readonly directories: readonly {
    readonly dir: string
    readonly passphrase: string
    readonly files: readonly ManifestFile[]
  }[]
}

interface ManifestFile {
  readonly file: string
  readonly item_key: string
  readonly item_json: string
  readonly data_text: string
}

const vaults = fileURLToPath(new URL('../../../test/fixtures/file-vaults', import.meta.url))
const readJson = (name: string): unknown => JSON.parse(readFileSync(join(vaults, name), 'utf8'))
const manifest = readJson('manifest.json') as Manifest

describe("the Go tool's directories", () => {
  for (const { dir, passphrase, files } of manifest.directories) {
    it(`${dir}: holds the items that it should`, async () => {
      assert.deepEqual(readdirSync(join(vaults, dir)).sort(), files.map(({ file }) => file).sort())
      const vault = await openVault(join(vaults, dir), passphrase)
      assert.deepEqual((await vault.keys()).sort(), files.map(file => file.item_key).sort())
    })

    for (const file of files) {
      it(`${dir}: ${file.file} is read`, async () => {
        const vault = await openVault(join(vaults, dir), passphrase)
        await assertHolds(vault, file)
      })
    }

    it(`${dir}: is read after all of it was written again`, async () => {
      using copy = makeDirectory()
      cpSync(join(vaults, dir), copy.path, { recursive: true })
      const vault = await openVault(copy.path, passphrase)
      for (const { item_key } of files) {
        const item = await vault.get(item_key)
        assert.ok(item)
        await vault.set(item)
      }
      assert.deepEqual(readdirSync(copy.path).sort(), files.map(({ file }) => file).sort())
      for (const file of files) {
        const before = readFileSync(join(vaults, dir, file.file), 'utf8')
        assert.notEqual(readFileSync(join(copy.path, file.file), 'utf8'), before)
        await assertHolds(await openVault(copy.path, passphrase), file)
      }
    })

    it(`${dir}: is opened by the passphrase when it is asked for, once`, async () => {
      const vault = await openVault(join(vaults, dir), undefined, { answers: [passphrase] })
      await Promise.all(files.map(file => assertHolds(vault, file)))
      assert.equal(vault.context.questions.length, 1)
    })
  }
})

describe('a file that we write', () => {
  it('has the form of the Go tool, without a line end', async () => {
    using directory = makeDirectory()
    const now = Date.UTC(2026, 10, 22, 11, 24, 25)
    const vault = await openVault(directory.path, 'p', { now, options: { workFactor: 8192 } })
    await vault.set({ key: 'dev', data: Buffer.from('data'), label: 'l', description: 'd', attributes: {} })
    const parts = readFileSync(join(directory.path, 'dev'), 'utf8').split('.')
    assert.equal(parts.length, 5)
    for (const part of parts) assert.match(part, /^[\w-]+$/)
    const { p2s, ...header } = JSON.parse(Buffer.from(parts[0] ?? '', 'base64url').toString())
    assert.equal(Buffer.from(p2s, 'base64url').length, 12)
    assert.deepEqual(header, {
      alg: 'PBES2-HS256+A128KW',
      enc: 'A256GCM',
      p2c: 8192,
      created: '2026-11-22T11:24:25.000Z',
    })
  })

  it('has a key of its own, and the salt of the vault', async () => {
    using directory = makeDirectory()
    const salts = []
    const others = []
    for (const key of ['one', 'two', 'two', 'three']) {
      const vault = await openVault(directory.path, 'p')
      await vault.set({ key, data: Buffer.from(''), label: '', description: '', attributes: {} })
      const [header = '', encryptedKey, iv] = readFileSync(join(directory.path, key), 'utf8').split('.')
      salts.push(JSON.parse(Buffer.from(header, 'base64url').toString()).p2s)
      others.push(encryptedKey, iv)
    }
    assert.equal(new Set(salts).size, 1)
    assert.equal(new Set(others).size, 8)
    using another = makeDirectory()
    const vault = await openVault(another.path, 'p')
    await vault.set({ key: 'one', data: Buffer.from(''), label: '', description: '', attributes: {} })
    const [header = ''] = readFileSync(join(another.path, 'one'), 'utf8').split('.')
    assert.notEqual(JSON.parse(Buffer.from(header, 'base64url').toString()).p2s, salts[0])
  })
})

/** How a file differs from what the Go tool writes. */
interface Variation {
  readonly header?: Record<string, unknown>
  readonly p2c?: number
  readonly saltLength?: number
  readonly item?: Record<string, unknown>
  readonly data?: string
  readonly after?: string
  /** What is wrong with it; absent for one that is read. */
  readonly refused?: RegExp
}

const usualItem = {
  Key: 'x',
  Data: Buffer.from('{"AccessKeyID":"AKIAIOSFODNN7EXAMPLE"}').toString('base64'),
  Label: 'aws-vault (x)',
  Description: '',
  KeychainNotTrustApplication: true,
  KeychainNotSynchronizable: false,
}
const { Key: _, ...withoutKey } = usualItem

/** Those that `key-files.json` lists, by the names that they have there. */
const listed: Record<string, Variation> = {
  'same shape as the tool': {},
  'no created header': { header: { created: undefined } },
  'item with Key and Data only': { item: { Key: 'x', Data: usualItem.Data } },
  'item Key differs from the file name': { item: { ...usualItem, Key: 'y' } },
  'item without Key': { item: withoutKey },
  'trailing newline': { after: '\n' },
  'salt of 16 bytes': { saltLength: 16 },
  'salt of 8 bytes': { saltLength: 8 },
  'p2c 1000': { p2c: 1000 },
  'p2c 100000': { p2c: 100_000 },
  'p2c 600000': { p2c: 600_000 },
  'p2c 1300000': { p2c: 1_300_000 },
  'p2c 2000000': { p2c: 2_000_000 },
  'PBES2-HS512+A256KW': { header: { alg: 'PBES2-HS512+A256KW' } },
  A128GCM: { header: { enc: 'A128GCM' } },
  'unknown extra header': { header: { whatever: { a: 1 } } },
  // What the bytes mean is not the keyring's business.
  'Data: keys as AccessKeyId (session style)': { data: '{"AccessKeyId":"AKIAIOSFODNN7EXAMPLE"}' },
  'Data: extra members': { data: '{"AccessKeyID":"AKIAIOSFODNN7EXAMPLE","More":1}' },
  'Data: not JSON': { data: 'hello' },
}

/** Further ones. */
const others: Record<string, Variation> = {
  'Windows line end': { after: '\r\n' },
  'PBES2-HS384+A192KW and A192GCM': { header: { alg: 'PBES2-HS384+A192KW', enc: 'A192GCM' } },
  'member that is unknown': { item: { ...usualItem, Later: [1] } },
  'item without Data': { item: { Key: 'x' }, refused: /the item "x" has no Data/ },
  'item that is a list': { item: [] as unknown as Record<string, unknown>, refused: /is not an item/ },
  'other encryption': { header: { enc: 'A128CBC-HS256' }, refused: /its encryption is "A128CBC-HS256"/ },
  'text behind it': { after: '\nmore', refused: /is not an encrypted item/ },
}

describe('variations of its files', () => {
  it('are all that the Go tool was tried with', () => {
    // The last one is about a session's use, not about its file.
    const names = Object.keys(readJson('key-files.json') as object).filter(name => !name.startsWith('session fixture'))
    assert.deepEqual(Object.keys(listed), names)
  })

  for (const [name, variation] of Object.entries({ ...listed, ...others })) {
    const { data, item = usualItem, refused } = variation
    const stored = data === undefined ? item : { ...item, Data: Buffer.from(data).toString('base64') }
    it(`${name}: ${refused === undefined ? 'read' : 'refused'}`, async () => {
      using directory = makeDirectory()
      writeFileSync(join(directory.path, 'x'), await seal(JSON.stringify(stored), 'p', variation))
      const vault = await openVault(directory.path, 'p')
      assert.deepEqual(await vault.keys(), ['x'])
      if (refused !== undefined) {
        await assert.rejects(vault.get('x'), { code: 'ERR_KEYRING_ITEM', message: refused })
        return
      }
      const found = await vault.get('x')
      assert.equal(found?.key, 'x')
      assert.equal(textOf(found), Buffer.from(String(stored.Data), 'base64').toString())
      if ('Later' in stored) assert.deepEqual(found.attributes.Later, [1])
    })
  }
})

async function seal(plaintext: string, passphrase: string, variation: Variation): Promise<string> {
  const { header, p2c = 8192, saltLength = 12, after = '' } = variation
  const created = '2026-11-22 11:24:25.356356061 +0000 UTC m=+0.002822006'
  const jwe = await new CompactEncrypt(Buffer.from(plaintext))
    .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', created, ...header })
    .setKeyManagementParameters({ p2c, p2s: crypto.getRandomValues(new Uint8Array(saltLength)) })
    .encrypt(Buffer.from(passphrase))
  return jwe + after
}

async function assertHolds(vault: Awaited<ReturnType<typeof openVault>>, file: ManifestFile): Promise<void> {
  const item = await vault.get(file.item_key)
  const { Key, Data, Label, Description, ...attributes } = JSON.parse(file.item_json)
  assert.equal(textOf(item), file.data_text)
  assert.deepEqual(
    { ...item, data: undefined },
    { key: Key, data: undefined, label: Label, description: Description, attributes },
  )
  assert.equal(Buffer.from(item?.data ?? []).toString('base64'), Data)
}
