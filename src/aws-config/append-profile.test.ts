import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { appendProfile } from './append-profile.ts'

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'aws-config-'))
  file = join(directory, 'config')
})
afterEach(() => rmSync(directory, { recursive: true }))

const withLock = <T>(_: string, task: () => Promise<T>): Promise<T> => task()
const mode = (path: string) => statSync(path).mode & 0o7777

async function appended(before: string, name = 'dev', keys?: Record<string, string>): Promise<string> {
  writeFileSync(file, before)
  assert.equal(await appendProfile(file, name, keys === undefined ? { withLock } : { withLock, keys }), true)
  const text = readFileSync(file, 'utf8')
  assert.ok(text.startsWith(before))
  return text.slice(before.length)
}

test('a section goes to the end, behind an empty line, and every byte before it stays', async () => {
  assert.equal(await appended(''), '[profile dev]\n')
  assert.equal(await appended('\uFEFF'), '[profile dev]\n')
  assert.equal(await appended('[default]\nk=v # c\n'), '\n[profile dev]\n')
  assert.equal(await appended('[default]\nk=v'), '\n\n[profile dev]\n')
  assert.equal(await appended('[default]\n\n'), '[profile dev]\n')
  assert.equal(await appended('[default]\n  \n'), '[profile dev]\n')
  assert.equal(await appended('\n'), '[profile dev]\n')
  assert.equal(await appended('[default]\r\nk=v\r\n'), '\r\n[profile dev]\r\n')
  assert.equal(await appended('[default]\r\nk=v'), '\r\n\r\n[profile dev]\r\n')
  assert.equal(await appended('[default]\r\n\r\n'), '[profile dev]\r\n')
  assert.equal(await appended('[profile a]\n', 'default'), '\n[default]\n')
  assert.equal(
    await appended('', 'dev', { region: 'eu-west-1', mfa_serial: 'arn:aws:iam::111111111111:mfa/alice' }),
    '[profile dev]\nregion = eu-west-1\nmfa_serial = arn:aws:iam::111111111111:mfa/alice\n',
  )
})

test('bytes that are no UTF-8 stay as they are', async () => {
  const before = Buffer.from([0x23, 0x20, 0xe9, 0xff, 0x0a])
  writeFileSync(file, before)
  await appendProfile(file, 'dev', { withLock })
  assert.deepEqual(readFileSync(file), Buffer.concat([before, Buffer.from('\n[profile dev]\n')]))
})

test('a profile that has a section gets no other one, and the file is not touched', async () => {
  for (const text of ['[profile dev]', '[profile "dev"]\n', '[profile.dev]\nx=y']) {
    writeFileSync(file, text)
    const { ino } = statSync(file)
    assert.equal(await appendProfile(file, 'dev', { withLock }), false)
    assert.equal(readFileSync(file, 'utf8'), text)
    assert.equal(statSync(file).ino, ino)
  }
})

test('a file that is not there is made for its owner alone, with its directories', async () => {
  const path = join(directory, 'home', '.aws', 'config')
  await appendProfile(path, 'dev', { withLock })
  assert.equal(readFileSync(path, 'utf8'), '[profile dev]\n')
  assert.equal(mode(path), 0o600)
  assert.equal(mode(join(directory, 'home', '.aws')), 0o700)
  assert.equal(mode(join(directory, 'home')), 0o700)
})

test('the mode of a file stays, and nothing is left beside it', async () => {
  writeFileSync(file, '')
  chmodSync(file, 0o640)
  await appendProfile(file, 'dev', { withLock })
  assert.equal(mode(file), 0o640)
  assert.deepEqual(readdirSync(directory), ['config'])
})

test('the owner of a file stays', { skip: process.getuid?.() !== 0 && 'only root can give files away' }, async () => {
  writeFileSync(file, '')
  chmodSync(file, 0o600)
  chownSync(file, 1234, 2345)
  await appendProfile(file, 'dev', { withLock })
  const { uid, gid } = statSync(file)
  assert.deepEqual([uid, gid, mode(file)], [1234, 2345, 0o600])
})

test('symbolic links are followed and stay, also those to a file that is not there yet', async () => {
  mkdirSync(join(directory, 'dotfiles'))
  symlinkSync('second', file)
  symlinkSync(join('dotfiles', 'aws'), join(directory, 'second'))
  for (const name of ['one', 'two']) await appendProfile(file, name, { withLock })
  assert.equal(readlinkSync(file), 'second')
  assert.equal(readFileSync(join(directory, 'dotfiles', 'aws'), 'utf8'), '[profile one]\n\n[profile two]\n')
  assert.deepEqual(readdirSync(join(directory, 'dotfiles')), ['aws'])
})

test('the file is read under the lock: what another process wrote before is kept', async () => {
  writeFileSync(file, '[default]\n')
  const names: string[] = []
  await appendProfile(file, 'dev', {
    withLock: (name, task) => {
      names.push(name)
      appendFileSync(file, '\n[profile other]\n')
      return task()
    },
  })
  assert.deepEqual(names, ['aws-config'])
  assert.equal(readFileSync(file, 'utf8'), '[default]\n\n[profile other]\n\n[profile dev]\n')
})

test('a name that a header cannot hold is refused, and nothing is written', async () => {
  for (const name of ['', ' a', 'a ', 'a\nb', 'a]', '[a', '"a"', '#a', '__proto__']) {
    await assert.rejects(
      appendProfile(file, name, { withLock }),
      error => isVaultError(error, 'ERR_CONFIG_NAME') && /--no-add-config/.test(error.hint ?? ''),
      name,
    )
  }
  assert.deepEqual(readdirSync(directory), [])
})

test('a value that would be read as another one is refused, and not shown', async () => {
  const rows: [string, string][] = [
    ['region', ''],
    ['region', ' x'],
    ['region', 'x # y'],
    ['region', 'x\ny = z'],
    ['region', 'x\n[profile y]'],
    ['region', 'x\ry = z'],
    ['', 'x'],
    ['a=b', 'x'],
    ['#a', 'x'],
  ]
  for (const [key, value] of rows) {
    await assert.rejects(
      appendProfile(file, 'dev', { withLock, keys: { [key]: value } }),
      error => isVaultError(error, 'ERR_CONFIG_VALUE') && (value.length < 2 || !error.message.includes(value)),
      `${key}=${value}`,
    )
  }
  assert.deepEqual(readdirSync(directory), [])
})

test('a file that cannot be written is an error that says what to add', async () => {
  writeFileSync(file, '')
  const loop = join(directory, 'loop')
  symlinkSync('loop', loop)
  for (const path of [directory, join(file, 'config'), loop]) {
    await assert.rejects(
      appendProfile(path, 'dev', { withLock }),
      error => isVaultError(error, 'ERR_CONFIG_WRITE') && /\[profile dev\]/.test(error.hint ?? ''),
    )
  }
  assert.deepEqual(readdirSync(directory).sort(), ['config', 'loop'])
})

test('a file that is write-protected stays as it is', {
  skip: process.getuid?.() === 0 && 'root may write',
}, async () => {
  writeFileSync(file, '')
  chmodSync(file, 0o400)
  await assert.rejects(appendProfile(file, 'dev', { withLock }), error => isVaultError(error, 'ERR_CONFIG_WRITE'))
  assert.equal(readFileSync(file, 'utf8'), '')
})
