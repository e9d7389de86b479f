import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { entryOf, foldersOf, keyOf } from './entry-name.ts'

describe('entries', () => {
  const names: Record<string, string> = {
    dev: 'dev',
    'team/dev': 'team/dev',
    ' two  spaces ': ' two  spaces ',
    '100% of %2F': '100% of %2F',
    '.hidden': '.hidden',
    '...': '...',
    'a..b': 'a..b',
    '-n': '-n',
    'line\nend': 'line\nend',
    'sts.AssumeRole,cm9sZQ,,4102444800': 'sts.AssumeRole,cm9sZQ,,4102444800',
    'oidc:https://example.awsapps.com/start': 'oidc:https:/example.awsapps.com/start',
    'oidc:http://127.0.0.1:8080/start/#': 'oidc:http:/127.0.0.1:8080/start/#',
    'oidc:prod': 'oidc:prod',
  }
  for (const [key, entry] of Object.entries(names)) {
    it(`have the name ${JSON.stringify(entry)} for ${JSON.stringify(key)}, and back`, () => {
      assert.equal(entryOf(key), entry)
      assert.equal(keyOf(entry), key)
    })
  }

  it('of a login have no doubled slashes and none at the end, as the Go tool has it', () => {
    assert.equal(entryOf('oidc:https://a.example//start/'), 'oidc:https:/a.example/start')
  })

  const refused: Record<string, RegExp> = {
    '': /empty/,
    'a\0b': /NUL/,
    '\ud800': /Unicode/,
    '/etc/passwd': /path/,
    'a/': /path/,
    'a//b': /path/,
    '.': /path/,
    '..': /path/,
    '../../x': /path/,
    'abc/.././123': /path/,
    'oidc:https://a.example/../../../x': /path/,
    'oidc:https:/a.example/start': /single sign-on/,
    '.git/config': /git/,
    'x/.git': /git/,
    'team.gpg/dev': /folder/,
    '.awsvault-tmp-00': /being written/,
    ['k'.repeat(252)]: /256 bytes/,
    [`${'ü'.repeat(128)}/x`]: /256 bytes/,
  }
  for (const [key, problem] of Object.entries(refused)) {
    it(`are refused to ${JSON.stringify(key.slice(0, 40))}`, () => {
      assert.throws(() => entryOf(key), { code: 'ERR_KEYRING_KEY', message: problem })
      assert.equal(
        keyOf(key),
        key.startsWith('oidc:https:/a') && !key.includes('..') ? `oidc:https://a.example/start` : undefined,
      )
    })
  }
})

describe('a prefix', () => {
  it('is a folder, however it is written', () => {
    assert.deepEqual(['', '/', 'aws-vault', 'aws-vault/', './a//b/'].map(foldersOf), [
      [],
      [],
      ['aws-vault'],
      ['aws-vault'],
      ['a', 'b'],
    ])
  })
  it('does not lead out of the store', () => {
    assert.throws(() => foldersOf('a/../../b'), { code: 'ERR_SETTINGS_VALUE', message: /leads out/ })
  })
})
