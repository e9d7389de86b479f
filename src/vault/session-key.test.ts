import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  classifyKey,
  decodeSessionKey,
  decodeSsoTokenKey,
  encodeSessionKey,
  encodeSsoTokenKey,
  sessionKeyPrefix,
  sessionTypeOfPlugin,
} from './session-key.ts'

const written = 'sts.GetSessionToken,ZGV2,YXJuOmF3czppYW06OjExMTExMTExMTExMTptZmEvYWxpY2U,4102444800'
const dev = { type: 'sts.GetSessionToken', profile: 'dev', serial: 'arn:aws:iam::111111111111:mfa/alice' }

describe('session keys', () => {
  it('are read and written as the Go tool does', () => {
    assert.deepEqual(decodeSessionKey(written), { ...dev, expiration: new Date('2100-01-01T00:00:00Z') })
    assert.equal(encodeSessionKey(dev, new Date('2100-01-01T00:00:00.900Z')), written)
    assert.equal(encodeSessionKey({ ...dev, serial: '' }, new Date(5000)), 'sts.GetSessionToken,ZGV2,,5')
  })

  it('come back from any profile and serial', () => {
    const types = fc.constantFrom('sts.AssumeRole', 'credential_process', sessionTypeOfPlugin('okta'))
    const names = fc.string({ unit: 'grapheme', minLength: 1 })
    const times = fc.integer({ min: 0, max: 99_999_999_999 })
    fc.assert(
      fc.property(types, names, fc.string(), times, (type, profile, serial, seconds) => {
        const slot = { type, profile, serial }
        const expiration = new Date(seconds * 1000)
        const key = encodeSessionKey(slot, expiration)
        assert.deepEqual(decodeSessionKey(key), { ...slot, expiration })
        assert.equal(classifyKey(key), 'session')
        assert.ok(key.startsWith(sessionKeyPrefix(slot)))
      }),
    )
  })

  const noSessions = [
    'dev',
    '',
    'a,b,c,d',
    'team,dev,prod,2024',
    'sts.GetSessionToken,ZGV2,,',
    'sts.GetSessionToken,ZGV2,,12x',
    'sts.GetSessionToken,ZGV2,,-12',
    'sts.GetSessionToken,ZGV2,,012',
    'sts.GetSessionToken,ZGV2,,9999999999999999',
    'sts.GetSessionToken,,,1',
    'sts.GetSessionToken,ZGV2,1',
    'sts.GetSessionToken,ZGV2,,1,1',
    'sts.GetSessionToken,ZGV2=,,1',
    'sts.GetSessionToken,ZGV3,ZGV,1',
    'sts.GetSessionToken,/w,,1',
    'sts.GetSessionToken,_w,,1',
    'sts.getsessiontoken,ZGV2,,1',
    'ops,ZGV2,,1',
    'plugin.,ZGV2,,1',
    ' sts.GetSessionToken,ZGV2,,1',
  ]
  for (const key of noSessions) {
    it(`are not "${key}"`, () => {
      assert.equal(decodeSessionKey(key), undefined)
      assert.equal(classifyKey(key), 'credentials')
    })
  }
})

describe('classifyKey', () => {
  const rows = [
    ['dev', 'credentials'],
    ['team/dev ünit', 'credentials'],
    ['session', 'credentials'],
    ['my session (old)', 'credentials'],
    ['oidc:prod', 'credentials'],
    ['session:x', 'credentials'],
    [written, 'session'],
    ['sso.GetRoleCredentials,c3Nv,aHR0cHM6Ly9leGFtcGxlLmF3c2FwcHMuY29tL3N0YXJ0,4102444800', 'session'],
    ['credential_process,Y3A,,4102444800', 'session'],
    ['credential_process,Y3A,,-62135596800', 'session'],
    ['session,ZGV2,,1500000000', 'old-session'],
    ['session,ZGV2,YXJu,1500000000', 'old-session'],
    ['session:ZGV2:YXJu:1500000000', 'old-session'],
    ['session:ZGV2::1500000000', 'old-session'],
    ['dev session (1500000000)', 'old-session'],
    ['oidc:https://example.awsapps.com/start', 'sso-token'],
    ['oidc:login:arn:aws:iam::111111111111:user/alice', 'sign-in'],
    ['oidc:login:prod', 'credentials'],
    ['oidc:login:arn:', 'credentials'],
    ['oidc:rotate:dev', 'rotation'],
    ['oidc:rotated:dev session (1)', 'rotation'],
    ['oidc:rotate:', 'credentials'],
    ['signin.CreateOAuth2Token,ZGV2,YXJu,4102444800', 'session'],
  ] as const
  for (const [key, kind] of rows) {
    it(`takes "${key}" for ${kind}`, () => assert.equal(classifyKey(key), kind))
  }

  it('knows the start URL of an SSO token', () => {
    const url = 'https://example.awsapps.com/start'
    assert.equal(decodeSsoTokenKey(encodeSsoTokenKey(url)), url)
    assert.equal(decodeSsoTokenKey('oidc:prod'), undefined)
  })
})
