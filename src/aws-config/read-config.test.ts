import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { type ConfigFile, parseConfig, readConfigFile } from './read-config.ts'

const directory = mkdtempSync(join(tmpdir(), 'aws-config-'))
after(() => rmSync(directory, { recursive: true }))

const values = (config: ConfigFile, key: string) =>
  [...(config.sections.get(key)?.values ?? [])].map(([name, { value, line }]) => [name, value, line])

test('sections and keys come in file order, with their lines', () => {
  const config = parseConfig(
    '# mine\n[default]\nregion = eu-west-1\n\n[profile 2]\na=b=c\n[profile 1]\n[sso-session corp]\nx = y ; z\n[services s]\n[plain]\n',
    '/c',
  )
  assert.deepEqual(
    [...config.sections.values()].map(({ kind, name, line }) => [kind, name, line]),
    [
      ['default', 'default', 2],
      ['profile', '2', 5],
      ['profile', '1', 7],
      ['sso-session', 'corp', 8],
      ['services', 's', 10],
      ['other', 'plain', 11],
    ],
  )
  assert.deepEqual(values(config, 'default'), [['region', 'eu-west-1', 3]])
  assert.deepEqual(values(config, 'profile.2'), [['a', 'b=c', 6]])
  assert.deepEqual(values(config, 'sso-session.corp'), [['x', 'y', 9]])
  assert.deepEqual(config.problems, [])
})

test('repeated sections merge: later values win, the first header is the line', () => {
  const config = parseConfig('[profile a]\nx = 1\ny = 1\n[profile b]\nx = 9\n[profile "a"]\nx = 2\n', '/c')
  assert.equal(config.sections.get('profile.a')?.line, 1)
  assert.deepEqual(values(config, 'profile.a'), [
    ['x', '2', 7],
    ['y', '1', 3],
  ])
})

test('indented keys below a key without a value are its own', () => {
  const config = parseConfig('[profile a]\ns3 =\n  max = 1\n\t# no\n  min = 0\nregion = x\n  output = y\n', '/c')
  assert.deepEqual(values(config, 'profile.a'), [
    ['s3.max', '1', 3],
    ['s3.min', '0', 5],
    ['region', 'x', 6],
    ['output', 'y', 7],
  ])
})

test('a value is what stands there: no quotes, interpolation, continuation or comment without a space', () => {
  const config = parseConfig(
    '[profile a]\nq = "x y"\np = %(q)s\nc = a#b;c\nu = https://x/start#/ # c\nb = one \\\n',
    '/c',
  )
  assert.deepEqual(
    values(config, 'profile.a').map(([, value]) => value),
    ['"x y"', '%(q)s', 'a#b;c', 'https://x/start#/', 'one \\'],
  )
})

test('a byte order mark, CRLF and a last line without an end are accepted', () => {
  const config = parseConfig('\uFEFF[profile a]\r\nregion = x\r\n\r\n[profile b]\r\nregion = y', '/c')
  assert.deepEqual(values(config, 'profile.a'), [['region', 'x', 2]])
  assert.deepEqual(values(config, 'profile.b'), [['region', 'y', 5]])
  assert.deepEqual(config.problems, [])
})

test('malformed lines are problems with their line, and show nothing of it', () => {
  const secret = 'wJalrXUtnFEMI'
  const config = parseConfig(
    [
      `${secret} = ${secret}`,
      '[profile a]',
      secret,
      `= ${secret}`,
      `region: ${secret}`,
      `[profile ${secret}`,
      `[profile b]#${secret}`,
      '[]',
      '[__proto__]',
    ].join('\n'),
    '/c',
  )
  assert.deepEqual(
    config.problems.map(({ line, message }) => [line, message.split(/[;,]/)[0]]),
    [
      [1, 'a key in front of the first section'],
      [3, 'a line without an equals sign'],
      [4, 'nothing in front of the equals sign'],
      [5, 'a line without an equals sign'],
      [6, 'a section header that is not closed'],
      [7, 'text behind a section header'],
      [8, 'a section header without a name'],
      [9, 'some AWS programs refuse the whole file because of this section name'],
    ],
  )
  assert.deepEqual(
    config.broken.map(({ line }) => line),
    [6, 7],
  )
  assert.ok(!JSON.stringify(config.problems).includes(secret))
})

test('UTF-16, as a PowerShell redirection writes it, is said to be none', () => {
  const file = join(directory, 'utf16')
  writeFileSync(file, Buffer.from('\uFEFF[profile a]\n', 'utf16le'))
  assert.match(readConfigFile(file).broken[0]?.message ?? '', /not UTF-8/)
  assert.equal(readConfigFile(file).broken[0]?.line, 1)
  writeFileSync(file, Buffer.concat([Buffer.from('[profile a]\n'), Buffer.from('[profile b]\n', 'utf16le')]))
  assert.match(readConfigFile(file).broken[0]?.message ?? '', /not UTF-8/)
  assert.equal(readConfigFile(file).broken[0]?.line, 2)
})

test('a file is read; one that is absent is empty; one that cannot be read is an error', () => {
  const file = join(directory, 'config')
  writeFileSync(file, '[profile a]\nregion = x\n')
  assert.deepEqual(values(readConfigFile(file), 'profile.a'), [['region', 'x', 2]])
  for (const absent of [join(directory, 'none'), join(directory, 'no', 'ne'), join(file, 'below')]) {
    assert.equal(readConfigFile(absent).sections.size, 0)
  }
  assert.throws(
    () => readConfigFile(directory),
    error => isVaultError(error, 'ERR_CONFIG_READ') && error.message.includes(directory),
  )
})
