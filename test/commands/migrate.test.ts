import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Keyring } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import fileKeyring from '../../plugins/keyring-file/src/index.ts'
import { compareItems, isComplete } from '../../src/migrate/compare-items.ts'
import { encodeIamKeys } from '../../src/vault/iam-keys.ts'
import { encodeSessionKey } from '../../src/vault/session-key.ts'
import { manyItems } from '../support/many-items.ts'
import { mountOn } from '../support/mounts.ts'
import { KEYS, OTHER_KEYS, PASSPHRASE, Sandbox } from '../support/sandbox.ts'
import { Terminal } from '../support/terminal.ts'

const plugin = join(import.meta.dirname, '..', 'fixtures', 'plugins', 'keyring-directory')

const later = new Date('2100-01-01T00:00:00Z')

const openVault = (dir: string, passphrase = PASSPHRASE): Promise<Keyring> => {
  const options = { dir, passphrase }
  return fileKeyring.open({ ...testContext({ options }), options })
}

async function withPlugin(): Promise<Sandbox> {
  const sandbox = new Sandbox()
  await sandbox.ok(['plugins', 'link', plugin])
  return sandbox
}

const toPlain = ['migrate', '--from', 'file', '--to', 'directory']

async function json(sandbox: Sandbox, args: string[], code = 0) {
  const ended = await sandbox.run([...args, '--json'])
  assert.equal(ended.code, code, ended.stderr)
  return JSON.parse(ended.stdout)
}

test('200 items, killed at many points: nothing is lost, nothing is doubled', async () => {
  using sandbox = await withPlugin()
  const items = manyItems(200)
  const places = [sandbox.vault, sandbox.path('plain'), sandbox.path('third')] as const
  const first = await openVault(places[0])
  for (const item of items) await first.set(item)
  const third = await openVault(places[2])

  for (const [from, to, args] of [
    [places[0], places[1], [...toPlain, '--delete-source']],
    [
      places[1],
      places[2],
      ['migrate', '--from', 'directory', '--to', 'file', '--to-option', `file-dir=${places[2]}`, '--delete-source'],
    ],
  ] as const) {
    mkdirSync(to, { recursive: true })
    const copied = (): number => itemsIn(to)
    const left = (): number => itemsIn(from)
    let killed = 0
    for (const isMoment of [
      () => copied() > 0,
      () => copied() >= 20 + Math.random() * 60,
      () => copied() >= 100 + Math.random() * 90,
      () => copied() >= 200 && left() < 200,
      () => left() <= 60 + Math.random() * 120,
    ]) {
      const running = sandbox.start(args)
      const { signal } = await Promise.race([
        until(isMoment, [from, to]).then(() => running.kill('SIGKILL')),
        running.ended,
      ])
      if (signal === 'SIGKILL') killed++
      const present = new Set([...names(from), ...names(to)])
      assert.deepEqual([...present].sort(), items.map(({ key }) => key).sort(), 'what is at one end or the other')
    }
    assert.ok(killed >= 3, `only ${killed} runs were killed`)
    const report = await json(sandbox, [...args])
    assert.equal(report.complete, true)
    assert.deepEqual([names(from).length, names(to).length], [0, 200])
  }

  assert.equal((await third.keys()).length, 200)
  for (const item of items) {
    const copy = await third.get(item.key)
    assert.ok(copy && isComplete(compareItems(item, copy)), item.key)
    assert.deepEqual([copy.label, copy.description], [item.label, item.description])
  }
})

describe('migrate', () => {
  test('what is copied is used by exec, and what is left out is said', async () => {
    using sandbox = await withPlugin()
    sandbox.config('[profile work]\nregion = eu-west-1\n')
    await sandbox.add('work')
    const expired = encodeSessionKey(
      { type: 'sts.AssumeRole', profile: 'work', serial: '' },
      new Date(1_600_000_000_000),
    )
    await (await openVault(sandbox.vault)).set({ ...encodeIamKeys('x', KEYS), key: expired })
    const { stdout } = await sandbox.ok([...toPlain])
    assert.match(stdout, /^Copied 1 item from the file keyring to the directory keyring; 0 were there already\.$/m)
    assert.match(stdout, /^Left out 1 expired session\.$/m)
    assert.equal(await sandbox.accessKeyIdUnder(['--backend', 'directory', '-n', 'work']), KEYS.accessKeyId)
    assert.equal(await sandbox.accessKeyIdUnder(['-n', 'work']), KEYS.accessKeyId)
  })

  test('--dry-run says what would be done, and does nothing', async () => {
    using sandbox = await withPlugin()
    await sandbox.add('work')
    const { stdout } = await sandbox.ok([...toPlain, '--dry-run', '--delete-source'])
    assert.match(stdout, /^Would copy 1 item .*\nThese would be copied:\n {2}keys of work\n/)
    assert.deepEqual([names(sandbox.vault), names(sandbox.path('plain'))], [['work'], []])
  })

  test('--profile takes what is stored for that one; a misspelt one is refused', async () => {
    using sandbox = await withPlugin()
    const vault = await openVault(sandbox.vault)
    const session = encodeSessionKey({ type: 'sts.GetSessionToken', profile: 'b', serial: '' }, later)
    for (const key of ['a', 'b', 'c', session]) await vault.set({ ...encodeIamKeys('b', KEYS), key })
    const report = await json(sandbox, [...toPlain, '--profile', 'b', '--delete-source'])
    assert.deepEqual(
      [report.copied, report.deleted],
      [
        ['b', session],
        ['b', session],
      ],
    )
    assert.deepEqual((await vault.keys()).sort(), ['a', 'c'])
    assert.equal((await json(sandbox, [...toPlain, '--profile', 'b', '--delete-source'])).complete, true)
    const { stderr } = await sandbox.fails([...toPlain, '--profile', 'bb'])
    assert.match(stderr, /nothing is stored for profile "bb" in the file keyring/)
  })

  test('an item that differs stays, is named, and makes it exit 1; --overwrite replaces it', async () => {
    using sandbox = await withPlugin()
    await sandbox.add('work')
    await sandbox.ok([...toPlain])
    await sandbox.add('work', OTHER_KEYS)
    const ended = await sandbox.run([...toPlain, '--delete-source'])
    assert.equal(ended.code, 1)
    assert.match(
      ended.stdout,
      /Different at the target, and left as they are \(--overwrite replaces them\):\n {2}keys of work\nNothing was deleted/,
    )
    const used = ['--backend', 'directory', '-n', 'work']
    assert.equal(await sandbox.accessKeyIdUnder(used), KEYS.accessKeyId)
    await sandbox.ok([...toPlain, '--overwrite', '--delete-source'])
    assert.equal(await sandbox.accessKeyIdUnder(used), OTHER_KEYS.accessKeyId)
    assert.deepEqual(names(sandbox.vault), [])
  })

  test('the same keyring twice is refused, also by another path', async () => {
    using sandbox = await withPlugin()
    await sandbox.add('work')
    const { stderr } = await sandbox.fails(['migrate', '--from', 'file', '--to', 'file'], 2)
    assert.match(stderr, /the file keyring is source and target at once\n {2}hint: .*--to-option file-dir=/)
    await sandbox.fails(
      ['migrate', '--from', 'file', '--to', 'file', '--to-option', `file-dir=${sandbox.vault}/../keys/`],
      2,
    )
    await sandbox.fails([...toPlain, '--to-option', 'file-dir=/x'], 2)
    await sandbox.fails([...toPlain, '--to-option', 'directory-dir'], 2)
  })

  test('each of two vaults has its own passphrase, from a variable of its own', async () => {
    using sandbox = new Sandbox()
    await sandbox.add('work')
    const target = sandbox.path('other')
    sandbox.secrets.add('the other passphrase')
    const env = { AWS_VAULT_FILE_PASSPHRASE_TO: 'the other passphrase' }
    const args = ['migrate', '--from', 'file', '--to', 'file', '--to-option', `file-dir=${target}`]
    const { stdout } = await sandbox.ok(args, { env })
    assert.match(stdout, /from the file keyring \(.*keys\) to the file keyring \(.*other\)/)
    assert.notEqual(await (await openVault(target, 'the other passphrase')).get('work'), undefined)
    const { stderr } = await sandbox.fails([...args, '--delete-source'])
    assert.match(stderr, /wrong passphrase for the vault in ~\/other/)
    assert.deepEqual(names(sandbox.vault), ['work'])
    const under = await sandbox.environmentUnder(['-n', 'work'], { env })
    assert.equal(under.AWS_VAULT_FILE_PASSPHRASE_TO, undefined)
  })

  test('at a terminal both passphrases are asked for by the name of their vault, and there is a bar', async () => {
    using sandbox = new Sandbox()
    const vault = await openVault(sandbox.vault)
    for (const item of manyItems(40)) await vault.set(item)
    sandbox.secrets.add('the other passphrase')
    using terminal = new Terminal(
      sandbox,
      ['migrate', '--from', 'file', '--to', 'file', '--to-option', 'file-dir=~/other'],
      { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } },
    )
    await terminal.answer(/Passphrase for the vault in ~\/\.awsvault\/keys/, `${PASSPHRASE}\r`)
    await terminal.answer(/Passphrase for the new vault in ~\/other/, 'the other passphrase\r')
    await terminal.answer(/Repeat the passphrase for the new vault in ~\/other/, 'the other passphrase\r')
    await terminal.sees(/\[=+>? *\] \d+ of 40/)
    await terminal.sees(/Copied 40 items/)
    assert.equal((await terminal.ended).code, 0)
  })

  test('without a terminal, progress is a line for each tenth', async () => {
    using sandbox = await withPlugin()
    const vault = await openVault(sandbox.vault)
    for (const item of manyItems(40)) await vault.set(item)
    const { stdout, stderr } = await sandbox.ok([...toPlain, '--json'])
    assert.equal(stderr.match(/^Copying to the directory keyring: \d+ of 40$/gm)?.length, 10)
    assert.equal(JSON.parse(stdout).copied.length, 40)
  })

  for (const [fault, code, says] of [
    ['locked', 1, /the directory is locked/],
    ['liar', 1, /does not give back the item "a" as it was stored\n {2}hint: nothing was deleted/],
  ] as const) {
    test(`a target that is ${fault}: nothing is deleted`, async () => {
      using sandbox = await withPlugin()
      for (const profile of ['a', 'b']) await sandbox.add(profile)
      const { stderr } = await sandbox.fails(
        [...toPlain, '--delete-source', '--to-option', `directory-fault=${fault}`],
        code,
      )
      assert.match(stderr, says)
      assert.deepEqual(names(sandbox.vault), ['a', 'b'])
    })
  }

  test('a target that keeps the secret alone: said once, and found complete by the next run', async () => {
    using sandbox = await withPlugin()
    await sandbox.add('work')
    const args = [...toPlain, '--to-option', 'directory-fault=data-only']
    const { notKept, complete } = await json(sandbox, args)
    assert.deepEqual([notKept, complete], [['KeychainNotTrustApplication', 'Label'], true])
    assert.deepEqual((await json(sandbox, [...args, '--delete-source'])).deleted, ['work'])
  })

  test('an item that vanishes, and one that changes, while they are moved', async () => {
    using sandbox = await withPlugin()
    for (const profile of ['a', 'b']) await sandbox.add(profile)
    await sandbox.ok([...toPlain])
    const back = ['migrate', '--from', 'directory', '--to', 'file', '--to-option', `file-dir=${sandbox.path('new')}`]
    const vanished = await json(sandbox, [...back, '--from-option', 'directory-fault=vanish:a'])
    assert.deepEqual([vanished.removedMeanwhile, vanished.copied], [['a'], ['b']])
    const restless = await json(sandbox, [...back, '--delete-source', '--from-option', 'directory-fault=restless:a'], 1)
    assert.deepEqual([restless.deleted, restless.notDeleted], [['b'], ['a']])
    assert.deepEqual(names(sandbox.path('plain')), ['a'])
  })

  test('a disk that is full at the target: nothing is deleted, and there is a way on', async context => {
    using sandbox = await withPlugin()
    const vault = await openVault(sandbox.vault)
    for (const item of manyItems(60)) await vault.set(item)
    const target = sandbox.path('small')
    mkdirSync(target)
    using mount = mountOn(target, ['-t', 'tmpfs', '-o', 'size=128k,mode=0700', 'tmpfs'], context)
    if (mount === undefined) return
    const args = ['migrate', '--from', 'file', '--to', 'file', '--to-option', `file-dir=${target}`, '--delete-source']
    const { stderr } = await sandbox.fails(args)
    assert.match(stderr, /no space is left on the disk\n {2}hint: make room/)
    assert.equal(names(sandbox.vault).length, 60)
    mount.remount('size=4m')
    assert.equal((await json(sandbox, args)).complete, true)
    assert.deepEqual([names(sandbox.vault).length, names(target).length], [0, 60])
  })

  test('where nothing can be locked, items are copied, and nothing is deleted', async () => {
    using sandbox = await withPlugin()
    await sandbox.add('work')
    const env = { AWS_VAULT_CACHE_DIR: sandbox.write('blocked', '') }
    const { stderr } = await sandbox.fails([...toPlain, '--delete-source'], 1, { env })
    assert.match(stderr, /nothing can be locked in/)
    assert.deepEqual([names(sandbox.vault), names(sandbox.path('plain'))], [['work'], []])
    await sandbox.ok([...toPlain], { env })
    assert.deepEqual([names(sandbox.vault), names(sandbox.path('plain'))], [['work'], ['work']])
  })

  test('keys that are added during a migration are not lost', async () => {
    using sandbox = await withPlugin()
    const vault = await openVault(sandbox.vault)
    for (const item of manyItems(60)) await vault.set(item)
    await sandbox.add('zz')
    mkdirSync(sandbox.path('plain'))
    const moving = sandbox.run([...toPlain, '--delete-source'])
    await until(() => itemsIn(sandbox.path('plain')) > 0, [sandbox.path('plain')])
    await Promise.all([sandbox.add('zz', OTHER_KEYS), moving])
    const ends = [
      ['-n', 'zz'],
      ['--backend', 'directory', '-n', 'zz'],
    ]
    const found = await Promise.all(ends.map(args => sandbox.accessKeyIdUnder(args).catch(() => '')))
    assert.ok(found.includes(OTHER_KEYS.accessKeyId), `the new keys are lost: ${found}`)
  })
})

/** The keys in a directory, but for what a killed run leaves of its look whether there are two stores. */
const names = (directory: string): string[] => {
  try {
    const keys = readdirSync(directory).flatMap(name => (name.startsWith('.') ? [] : decodeURIComponent(name)))
    return keys.filter(key => !key.endsWith(',1')).sort()
  } catch {
    return []
  }
}

const itemsIn = (directory: string): number => names(directory).length

/** Resolves when something has happened in one of the directories that makes it true. */
function until(isMoment: () => boolean, directories: readonly string[]): Promise<void> {
  return new Promise(resolve => {
    const watchers = directories.map(directory => watch(directory, look))
    function look(): void {
      if (!isMoment()) return
      for (const watcher of watchers) watcher.close()
      resolve()
    }
    look()
  })
}

test('a wrong passphrase of the target: the hint names the variable that counts', async () => {
  using sandbox = new Sandbox()
  await sandbox.add('work')
  const other = sandbox.path('other')
  await (await openVault(other, 'another one')).set({ ...encodeIamKeys('x', KEYS), key: 'x' })
  const words = ['migrate', '--from', 'file', '--to', 'file', '--to-option', `file-dir=${other}`]
  const { stderr } = await sandbox.fails(words, 1, { env: { AWS_VAULT_FILE_PASSPHRASE_TO: 'wrong' } })
  assert.match(stderr, /set AWS_VAULT_FILE_PASSPHRASE_TO to/)
})
