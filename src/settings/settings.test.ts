import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError, type OptionDeclaration } from '@aws-vault/plugin-sdk'
import { optionValue } from './option-value.ts'
import { withChoice } from './settings-file.ts'

const option: OptionDeclaration = { summary: 's', flag: 'file-dir', env: 'DIR', default: 'd' }
const sources = (flag?: string, env?: string, file?: string) => ({
  flags: { 'file-dir': flag },
  environment: { DIR: env },
  file: { path: '/s.ini', values: file === undefined ? {} : { 'file-dir': file } },
  homeDirectory: '/home/alice',
})

describe('an option', () => {
  it('comes from the flag, then the environment, then the file, then the default', () => {
    assert.deepEqual(optionValue(option, sources('f', 'e', 's')), {
      value: 'f',
      origin: { kind: 'flag', flag: 'file-dir' },
    })
    assert.equal(optionValue(option, sources(undefined, 'e', 's'))?.value, 'e')
    assert.equal(optionValue(option, sources(undefined, undefined, 's'))?.value, 's')
    assert.deepEqual(optionValue(option, sources()), { value: 'd', origin: { kind: 'default' } })
  })
  it('is not set by an empty variable, unless it is a secret', () => {
    assert.equal(optionValue(option, sources(undefined, ''))?.value, 'd')
    assert.equal(optionValue({ summary: 's', env: 'DIR', secret: true }, sources(undefined, ''))?.value, '')
  })
  it('that is a path has its ~ expanded', () => {
    assert.equal(optionValue({ ...option, type: 'path' }, sources('~/v'))?.value, '/home/alice/v')
  })
  for (const junk of ['x', '1.5', '0', '11', '']) {
    it(`that is an integer from 1 to 10 refuses ${JSON.stringify(junk)} and says where it stands`, () => {
      assert.throws(
        () => optionValue({ ...option, type: 'integer', min: 1, max: 10 }, sources(undefined, undefined, junk)),
        error =>
          isVaultError(error, 'ERR_SETTINGS_VALUE') &&
          /from 1 to 10 \(setting "file-dir" in \/s\.ini\)/.test(error.message),
      )
    })
  }
  it('that is a boolean takes the usual words', () => {
    const flag: OptionDeclaration = { ...option, type: 'boolean' }
    assert.equal(optionValue(flag, sources('yes'))?.value, true)
    assert.equal(optionValue(flag, sources('OFF'))?.value, false)
    assert.throws(
      () => optionValue(flag, sources('maybe')),
      error => isVaultError(error, 'ERR_SETTINGS_VALUE'),
    )
  })
})

describe('a choice in the settings file', () => {
  const rows: [what: string, before: string, packageName: string | undefined, after: string][] = [
    ['in an empty file', '', '@acme/x', '[use.keyrings]\nfile = @acme/x\n'],
    ['behind other settings', 'backend = file\n', '@acme/x', 'backend = file\n\n[use.keyrings]\nfile = @acme/x\n'],
    [
      'in place of another',
      '# mine\n[use.keyrings]\nfile=@acme/y ; old\nz = 1\n',
      '@acme/x',
      '# mine\n[use.keyrings]\nfile = @acme/x\nz = 1\n',
    ],
    [
      'not in another section',
      '[use.prompts]\nfile = a\n[use.keyrings]\n',
      'b',
      '[use.prompts]\nfile = a\n[use.keyrings]\nfile = b\n',
    ],
    ['taken out', '[use.keyrings]\nfile = a\nz = 1\n', undefined, '[use.keyrings]\nz = 1\n'],
    ['taken out where there is none', 'backend = file\n', undefined, 'backend = file\n'],
    ['with CRLF', 'backend = file\r\n', 'b', 'backend = file\r\n\r\n[use.keyrings]\r\nfile = b\r\n'],
  ]
  for (const [what, before, packageName, after] of rows) {
    it(what, () => assert.equal(withChoice(before, 'keyrings', 'file', packageName), after))
  }
})
