import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { findSection, getSetting, profileNames, resolveProfile } from './profile.ts'
import { parseConfig } from './read-config.ts'

const resolve = (text: string, name: string) => resolveProfile(parseConfig(text, '/c'), name)
const value = (text: string, name: string, key: string) => resolve(text, name).get(key)?.value

function refused(text: string, name: string, code: string): string {
  try {
    resolve(text, name)
  } catch (error) {
    assert.ok(isVaultError(error, code), String(error))
    assert.ok(error.hint)
    return error.message
  }
  assert.fail(`${name} was not refused`)
}

test('a setting comes with its line; its own keys go before those of [default]', () => {
  const text = '[default]\nregion = a\noutput = json\n[profile dev]\nregion = b\n'
  assert.deepEqual(resolve(text, 'dev').get('region'), {
    value: 'b',
    origin: { kind: 'file', file: '/c', line: 5, section: 'profile dev' },
  })
  assert.deepEqual(resolve(text, 'dev').get('output'), {
    value: 'json',
    origin: { kind: 'file', file: '/c', line: 3, section: 'default' },
  })
  assert.equal(resolve(text, 'dev').get('role_arn'), undefined)
})

test('a profile without a section has what [default] gives', () => {
  const profile = resolve('[default]\nregion = a\n', 'nobody')
  assert.equal(profile.section, undefined)
  assert.equal(profile.get('region')?.value, 'a')
  assert.equal(resolve('', 'nobody').get('region'), undefined)
})

test('included profiles come before [default], one after the other', () => {
  const text = `[profile a]
include_profile = b
[profile b]
include_profile = c
region = b
[profile c]
region = c
output = c
[default]
region = d
output = d
mfa_serial = d
`
  assert.deepEqual(
    resolve(text, 'a').levels.map(({ name }) => name),
    ['a', 'b', 'c', 'default'],
  )
  assert.equal(value(text, 'a', 'region'), 'b')
  assert.equal(value(text, 'a', 'output'), 'c')
  assert.equal(value(text, 'a', 'mfa_serial'), 'd')
})

test('what [default] includes is inherited too, and is no loop for what it includes', () => {
  const text = '[default]\ninclude_profile = common\n[profile common]\nregion = c\n[profile a]\n'
  assert.equal(value(text, 'a', 'region'), 'c')
  assert.equal(value(text, 'default', 'region'), 'c')
  assert.deepEqual(
    resolve(text, 'common').levels.map(({ name }) => name),
    ['common', 'default'],
  )
})

test('an include loop is named with its lines', () => {
  assert.equal(
    refused('[profile a]\ninclude_profile = b\n[profile b]\ninclude_profile = a\n', 'a', 'ERR_CONFIG_LOOP'),
    'include_profile goes in a circle: a -> b -> a (/c:2 [profile a], /c:4 [profile b])',
  )
  assert.equal(
    refused('[profile x]\ninclude_profile = a\n[profile a]\ninclude_profile=a\n', 'x', 'ERR_CONFIG_LOOP'),
    'include_profile goes in a circle: a -> a (/c:4 [profile a])',
  )
  assert.match(
    refused('[default]\ninclude_profile = a\n[profile a]\ninclude_profile = default\n', 'z', 'ERR_CONFIG_LOOP'),
    /default -> a -> default/,
  )
})

test('an include of a profile that does not exist is refused with its line', () => {
  assert.equal(
    refused('[profile a]\ninclude_profile = b\n', 'a', 'ERR_CONFIG_INCLUDE'),
    'include_profile names a profile that does not exist, "b", at /c:2 [profile a]',
  )
})

test('[default] gives its role to all but the profiles that it goes through itself', () => {
  const text = `[default]
role_arn = arn:aws:iam::111111111111:role/One
source_profile = mid
mfa_serial = m
[profile mid]
source_profile = keys
[profile keys]
[profile other]
`
  for (const name of ['default', 'other', 'nobody']) {
    assert.equal(value(text, name, 'role_arn'), 'arn:aws:iam::111111111111:role/One', name)
    assert.equal(value(text, name, 'source_profile'), 'mid', name)
  }
  assert.equal(value(text, 'mid', 'role_arn'), undefined)
  assert.equal(value(text, 'mid', 'source_profile'), 'keys')
  assert.equal(value(text, 'keys', 'role_arn'), undefined)
  assert.equal(value(text, 'keys', 'source_profile'), undefined)
  assert.equal(value(text, 'keys', 'mfa_serial'), 'm')
})

test('[default] as its own source, or in a circle, keeps its settings', () => {
  const own = '[default]\nrole_arn = r\nsource_profile = default\n'
  assert.equal(value(own, 'default', 'source_profile'), 'default')
  assert.equal(value(own, 'a', 'source_profile'), 'default')
  const circle = '[default]\nsource_profile = a\n[profile a]\nsource_profile = default\n'
  assert.equal(value(circle, 'a', 'source_profile'), 'default')
  assert.equal(value(circle, 'default', 'source_profile'), 'a')
})

test('a source that is found through an include of [default] counts as one', () => {
  const text = '[default]\ninclude_profile = c\nrole_arn = r\n[profile c]\nsource_profile = keys\n[profile keys]\n'
  assert.equal(value(text, 'keys', 'role_arn'), undefined)
})

test('[profile default] counts before [default], unless it is empty', () => {
  assert.equal(value('[default]\nregion = a\n[profile default]\nregion = b\n', 'default', 'region'), 'b')
  assert.equal(value('[default]\nregion = a\n[profile default]\noutput = b\n', 'x', 'region'), undefined)
  assert.equal(value('[profile default]\nregion = b\n', 'x', 'region'), 'b')
  assert.equal(value('[default]\nregion = a\n[profile default]\n', 'x', 'region'), 'a')
})

test('a key in another case is found, unless it is there in lower case', () => {
  assert.equal(value('[profile a]\nRegion = x\n', 'a', 'region'), 'x')
  assert.equal(value('[profile a]\nregion = x\nRegion = y\n', 'a', 'region'), 'x')
})

test('names come in file order, default with them, each once', () => {
  const text = '[profile b]\n[default]\n[sso-session s]\n[profile 1]\n[plain]\n[profile default]\n[profile b]\n'
  assert.deepEqual(profileNames(parseConfig(text, '/c')), ['b', 'default', '1'])
  assert.deepEqual(profileNames(parseConfig('', '/c')), [])
})

test('sso sessions and services are found by name and read without inheritance', () => {
  const config = parseConfig('[default]\nsso_region = d\n[sso-session corp]\nsso_start_url = u\n', '/c')
  const session = findSection(config, 'sso-session', 'corp')
  assert.ok(session)
  assert.deepEqual(getSetting(config, session, 'sso_start_url'), {
    value: 'u',
    origin: { kind: 'file', file: '/c', line: 4, section: 'sso-session corp' },
  })
  assert.equal(getSetting(config, session, 'sso_region'), undefined)
  assert.equal(findSection(config, 'services', 'corp'), undefined)
})

test('a malformed line stops the profiles that inherit it, and no others', () => {
  const text = '[profile a]\ninclude_profile = b\n[profile b]\noops\n[profile c]\n'
  assert.match(refused(text, 'a', 'ERR_CONFIG_SYNTAX'), /^\/c:4: a line without an equals sign/)
  refused(text, 'b', 'ERR_CONFIG_SYNTAX')
  resolve(text, 'c')
  refused(`${text}[default]\noops\n`, 'c', 'ERR_CONFIG_SYNTAX')
  resolve(`stray = x\n[plugins]\nfoo\n${text}`, 'c')
})

test('a broken header stops every profile, for its keys went to the section above it', () => {
  const text = '[profile a]\n[profile b\nrole_arn = x\n[profile c]\n'
  for (const name of ['a', 'b', 'c']) assert.match(refused(text, name, 'ERR_CONFIG_SYNTAX'), /^\/c:2: a section header/)
})
