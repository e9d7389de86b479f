import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { profileNames } from './profile.ts'
import { parseConfig } from './read-config.ts'
import { unknownProfileError, writableProfileName } from './unknown-profile.ts'

const error = (name: string, text: string) => {
  const config = parseConfig(text, '/c')
  return unknownProfileError(name, profileNames(config), config)
}

test('it names the profile, the file and the nearest names', () => {
  const found = error('prdo', '[profile prod]\n[profile dev]\n')
  assert.ok(isVaultError(found, 'ERR_PROFILE_UNKNOWN'))
  assert.equal(found.message, 'there is no profile "prdo" in /c')
  assert.match(found.hint ?? '', /did you mean "prod"\?.*aws-vault list --profiles/)
  assert.deepEqual(found.facts, { profile: 'prdo', file: '/c', nearest: ['prod'] })
  assert.equal(error('x', '').hint, 'see which profiles there are: aws-vault list --profiles')
})

test('it points at the section that was meant, whose header AWS programs do not read', () => {
  for (const header of ['dev', 'Profile dev', 'profile  dev', ' profile dev ', '"dev"']) {
    assert.match(error('dev', `\n[${header}]\n`).hint ?? '', /line 2 .*make it \[profile dev\]/, header)
  }
})

test('names that a header can hold', () => {
  for (const name of ['default', 'a.b', 'team/dev', 'a@b.c', '1', 'a+b%c:d_e-f', 'a b', 'ünit', '🔑 x', 'a=b', 'a#']) {
    assert.ok(writableProfileName(name), name)
  }
  for (const name of ['', ' a', 'a ', 'a\n', 'a\nb', 'a]', '[a', '"a"', '"a b"', '#a', 'a #b', '__proto__']) {
    assert.ok(!writableProfileName(name), name)
  }
})
