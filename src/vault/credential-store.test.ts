import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { itemJson, MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { CredentialStore } from './credential-store.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

/** Byte for byte what the Go tool was seen to store. */
const written =
  '{"Key":"dev","Data":"eyJBY2Nlc3NLZXlJRCI6IkFLSUFJT1NGT0ROTjdFWEFNUExFIiwiU2VjcmV0QWNjZXNzS2V5Ijoid0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWSIsIlNlc3Npb25Ub2tlbiI6IiIsIlNvdXJjZSI6IiIsIkNhbkV4cGlyZSI6ZmFsc2UsIkV4cGlyZXMiOiIwMDAxLTAxLTAxVDAwOjAwOjAwWiJ9","Label":"aws-vault (dev)","Description":"","KeychainNotTrustApplication":true,"KeychainNotSynchronizable":false}'

function open(): { keyring: MemoryKeyring; store: CredentialStore; secrets: (string | undefined)[] } {
  const keyring = new MemoryKeyring()
  const secrets: (string | undefined)[] = []
  return { keyring, secrets, store: new CredentialStore(keyring, secret => secrets.push(secret)) }
}

describe('CredentialStore', () => {
  it('stores what the Go tool stores', async () => {
    const { keyring, store } = open()
    await store.set('dev', keys)
    assert.equal(keyring.text('dev'), written)
  })

  it('reads what the Go tool stored, and says which secrets came into play', async () => {
    const { keyring, store, secrets } = open()
    keyring.plant('dev', written)
    assert.deepEqual(await store.get('dev'), keys)
    assert.ok(secrets.includes(keys.secretAccessKey))
    assert.equal(await store.get('prod'), undefined)
  })

  it('reads names whatever their capitals, unknown members, nulls and expiring keys', async () => {
    const { keyring, store } = open()
    const payload = {
      accesskeyid: 'AKIAI44QH8DHBEXAMPLE',
      SECRETACCESSKEY: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
      SessionToken: null,
      AccountID: '111111111111',
      CanExpire: true,
      Expires: '2100-01-01T01:00:00.123456789+01:00',
    }
    keyring.plant('dev', itemJson('dev', payload))
    assert.deepEqual(await store.get('dev'), {
      accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
      secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
      expiration: new Date('2100-01-01T00:00:00.123Z'),
    })
  })

  it('keeps what others wrote when keys are replaced, but not when they are stored anew', async () => {
    const { keyring, store } = open()
    const payload = { AccessKeyId: 'AKIAI44QH8DHBEXAMPLE', SecretAccessKey: 'old', AccountID: '111111111111' }
    keyring.plant('dev', itemJson('dev', payload, { Tint: 'blue' }))
    await store.replace('dev', keys)
    const item = JSON.parse(keyring.text('dev'))
    const data = JSON.parse(Buffer.from(item.Data, 'base64').toString())
    assert.deepEqual([item.Tint, data.AccountID, data.AccessKeyId], ['blue', '111111111111', undefined])
    assert.deepEqual(await store.get('dev'), keys)
    await store.set('dev', keys)
    assert.equal(keyring.text('dev'), written)
  })

  const junk: readonly [string, unknown][] = [
    ['no JSON', 'wJalrXUtnFEMI'],
    ['no object', '[]'],
    ['null', 'null'],
    ['empty keys', { AccessKeyID: '', SecretAccessKey: '' }],
    ['no keys', {}],
    ['a number for a text', { AccessKeyID: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey: 5 }],
    ['a bad time', { AccessKeyID: 'a', SecretAccessKey: 'wJalrXUtnFEMI', CanExpire: true, Expires: 'tomorrow' }],
  ]
  for (const [name, payload] of junk) {
    it(`says whose keys cannot be used and nothing of them: ${name}`, async () => {
      const { keyring, store } = open()
      keyring.plant('dev', itemJson('dev', payload))
      await assert.rejects(store.get('dev'), error => {
        assert.ok(isVaultError(error, 'ERR_VAULT_ITEM'))
        assert.match(error.message, /profile "dev"/)
        assert.match(error.hint ?? '', /aws-vault add dev/)
        assert.doesNotMatch(`${error.message} ${error.hint} ${error.cause}`, /wJalr/)
        return true
      })
    })
  }

  it('neither gives nor takes anything under the name of a session', async () => {
    const { keyring, store } = open()
    for (const name of ['sts.GetSessionToken,ZGV2,,4102444800', 'dev session (1)', 'oidc:https://a.example/start']) {
      keyring.plant(name, written)
      assert.equal(await store.get(name), undefined)
      assert.equal(await store.remove(name), false)
      await assert.rejects(store.set(name, keys), { code: 'ERR_VAULT_PROFILE_NAME' })
    }
    assert.deepEqual(await store.list(), [])
  })

  it('lists profiles without reading them, and removes one', async () => {
    const { keyring, store } = open()
    for (const name of ['prod', 'team/dev ünit', 'dev', 'sts.GetSessionToken,ZGV2,,1']) keyring.plant(name, 'junk')
    assert.deepEqual(await store.list(), ['dev', 'prod', 'team/dev ünit'])
    assert.equal(await store.remove('prod'), true)
    assert.equal(await store.remove('prod'), false)
    assert.deepEqual(await store.list(), ['dev', 'team/dev ünit'])
  })
})
