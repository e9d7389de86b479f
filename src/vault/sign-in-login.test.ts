import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Item } from '@aws-vault/plugin-sdk'
import { MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { decodeSignInLogin, encodeSignInLogin } from './sign-in-login.ts'
import { SignInLogins } from './sign-in-logins.ts'

const session = 'arn:aws:iam::111111111111:user/alice'
const login = {
  clientId: 'arn:aws:signin:::devtools/same-device',
  refreshToken: 'refresh',
  proofKey: { x: 'x'.repeat(43), y: 'y'.repeat(43), d: 'd'.repeat(43) },
  region: 'eu-west-1',
}

const itemOf = (members: unknown): Item => ({
  ...{ key: `oidc:login:${session}`, label: '', description: '', attributes: {} },
  data: new TextEncoder().encode(JSON.stringify(members)),
})
const membersOf = ({ data }: Item) => JSON.parse(new TextDecoder().decode(data))

describe('the item of a sign-in', () => {
  it('says what it is, and holds what renews it', () => {
    const { data, ...item } = encodeSignInLogin(session, login)
    assert.deepEqual(item, {
      key: `oidc:login:${session}`,
      label: `aws-vault sign-in of ${session}`,
      description: 'aws-vault sign-in',
      attributes: { KeychainNotTrustApplication: false },
    })
    assert.deepEqual(JSON.parse(new TextDecoder().decode(data)), {
      ClientId: login.clientId,
      RefreshToken: 'refresh',
      ProofKey: { kty: 'EC', crv: 'P-256', ...login.proofKey },
      Region: 'eu-west-1',
    })
  })

  it('is read back, and keeps members that it does not know', () => {
    assert.deepEqual(decodeSignInLogin(session, encodeSignInLogin(session, login)), login)
    const previous = itemOf({ ...membersOf(encodeSignInLogin(session, login)), Later: 1 })
    const next = encodeSignInLogin(session, { ...login, refreshToken: 'next' }, previous)
    assert.equal(membersOf(next).Later, 1)
    assert.equal(membersOf(next).RefreshToken, 'next')
  })

  const { ClientId, RefreshToken, ProofKey, Region } = membersOf(encodeSignInLogin(session, login))
  for (const [name, members] of [
    ['nothing', {}],
    ['no refresh token', { ClientId, ProofKey, Region }],
    ['no key', { ClientId, RefreshToken, Region }],
    ['half a key', { ClientId, RefreshToken, Region, ProofKey: { ...ProofKey, d: 'short' } }],
    ['text for a key', { ClientId, RefreshToken, Region, ProofKey: 'text' }],
    ['no object', 'text'],
  ] as const) {
    it(`cannot be one with ${name} in it`, () => {
      assert.throws(() => decodeSignInLogin(session, itemOf(members)), { code: 'ERR_VAULT_ITEM' })
    })
  }
})

describe('the sign-ins of a keyring', () => {
  const open = () => {
    const keyring = new MemoryKeyring()
    const secrets = new Set<string | undefined>()
    return { keyring, secrets, logins: new SignInLogins(keyring, secret => secrets.add(secret)) }
  }

  it('are kept by session, and their secrets announced', async () => {
    const { logins, secrets } = open()
    assert.equal(await logins.get(session), undefined)
    await logins.set(session, login)
    assert.deepEqual(await logins.get(session), login)
    assert.equal(await logins.get('arn:aws:iam::111111111111:user/bob'), undefined)
    assert.ok(secrets.has('refresh') && secrets.has(login.proofKey.d))
  })

  it('that cannot be read are none, and replaced', async () => {
    const { keyring, logins } = open()
    keyring.plant(`oidc:login:${session}`, 'junk')
    assert.equal(await logins.get(session), undefined)
    await logins.set(session, login)
    assert.deepEqual(await logins.get(session), login)
  })
})
