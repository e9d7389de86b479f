import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fileNameOf, keyOf } from './file-name.ts'

const names: readonly (readonly [key: string, elsewhere: string, onWindows: string])[] = [
  ['dev', 'dev', 'dev'],
  ['team/dev ünit', 'team%2Fdev ünit', 'team%2Fdev ünit'],
  ['100%', '100%25', '100%25'],
  ['%2F', '%252F', '%252F'],
  ['abc/.././123', 'abc%2F..%2F.%2F123', 'abc%2F..%2F.%2F123'],
  ['..\\up', '..\\up', '..%5Cup'],
  [
    'oidc:https://example.awsapps.com/start',
    'oidc:https:%2F%2Fexample.awsapps.com%2Fstart',
    'oidc%3Ahttps%3A%2F%2Fexample.awsapps.com%2Fstart',
  ],
  ['what? "*"', 'what? "*"', 'what%3F %22%2A%22'],
  ['dev.', 'dev.', 'dev%2E'],
  ['dev ', 'dev ', 'dev%20'],
]

for (const [key, elsewhere, onWindows] of names) {
  it(`${key} is ${elsewhere}, on Windows ${onWindows}, and back`, () => {
    for (const [platform, name] of [
      ['linux', elsewhere],
      ['darwin', elsewhere],
      ['win32', onWindows],
    ] as const) {
      assert.equal(fileNameOf(key, { keyring: 'file', platform }), name)
      assert.equal(keyOf(name, { keyring: 'file', platform }), key)
    }
  })
}

it('finds no key in a name that it gives to none', () => {
  for (const name of ['a%20b', '100%', '%2f', '%C3%BC', '%'])
    assert.equal(keyOf(name, { keyring: 'file', platform: 'linux' }), undefined, name)
  for (const name of ['a:b', 'a\\b', 'a.'])
    assert.equal(keyOf(name, { keyring: 'file', platform: 'win32' }), undefined, name)
})

it('has the suffix behind it, also where the length counts', () => {
  const naming = { keyring: 'age', platform: 'linux', suffix: '.age' } as const
  for (const key of ['dev', 'dev.age', 'a/b', '.', '..']) {
    if (/^\.+$/.test(key)) assert.throws(() => fileNameOf(key, naming), { code: 'ERR_KEYRING_KEY' })
    else assert.equal(keyOf(fileNameOf(key, naming), naming), key)
  }
  assert.equal(fileNameOf('k'.repeat(251), naming).length, 255)
  assert.throws(() => fileNameOf('k'.repeat(252), naming), /the age keyring .* 256 bytes/)
  for (const name of ['.age', 'dev', 'dev.AGE', 'age']) assert.equal(keyOf(name, naming), undefined)
})
