import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeSessionKey } from '../vault/session-key.ts'
import { describeKey, selectKeys } from './select-keys.ts'

const session = (profile: string, seconds: number): string =>
  encodeSessionKey({ type: 'sts.AssumeRole', profile, serial: '' }, new Date(seconds * 1000))
const all = [
  'b',
  'a',
  session('a', 2000),
  session('b', 2000),
  session('a', 999),
  'session,x,y,1',
  'oidc:https://p.example.com',
]

test('expired sessions and those of very old versions are apart', () => {
  const { keys, expired } = selectKeys(all, 1_000_000)
  assert.deepEqual(keys, ['a', 'b', 'oidc:https://p.example.com', session('a', 2000), session('b', 2000)])
  assert.deepEqual(expired, ['session,x,y,1', session('a', 999)])
})

test('a profile has its keys, its sessions and the logins to its portal', () => {
  const owners = { profiles: new Set(['a']), startUrls: new Map([['https://p.example.com', true]]) }
  const { keys, expired, shared } = selectKeys(all, 1_000_000, owners)
  assert.deepEqual([...(shared ?? [])], ['oidc:https://p.example.com'])
  assert.deepEqual(keys, ['a', 'oidc:https://p.example.com', session('a', 2000)])
  assert.deepEqual(expired, [session('a', 999)])
})

test('keys are described in words', () => {
  assert.deepEqual(['a', session('b', 1), 'oidc:https://p'].map(describeKey), [
    'keys of a',
    'session sts.AssumeRole of b',
    'login to https://p',
  ])
})
