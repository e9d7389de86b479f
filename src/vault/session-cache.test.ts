import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KeyringLockedError } from '@aws-vault/plugin-sdk'
import { itemJson, MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { SessionCache } from './session-cache.ts'

const slot = { type: 'sts.GetSessionToken', profile: 'dev', serial: 'arn:aws:iam::111111111111:mfa/alice' }
const prefix = 'sts.GetSessionToken,ZGV2,YXJuOmF3czppYW06OjExMTExMTExMTExMTptZmEvYWxpY2U,'
const start = Date.parse('2026-01-01T00:00:00Z')
const wish = { fingerprint: 'f1', minimumSeconds: 300 }

/** Byte for byte what the Go tool was seen to store. */
const writtenKey = `${prefix}4102444800`
const written =
  '{"Key":"sts.GetSessionToken,ZGV2,YXJuOmF3czppYW06OjExMTExMTExMTExMTptZmEvYWxpY2U,4102444800","Data":"eyJBY2Nlc3NLZXlJZCI6IkFTSUFHU1QwMDAwMDAwMDAwMDAxIiwiRXhwaXJhdGlvbiI6IjIxMDAtMDEtMDFUMDA6MDA6MDBaIiwiU2VjcmV0QWNjZXNzS2V5Ijoic2VjcmV0L2ZvcitBU0lBR1NUMDAwMDAwMDAwMDAwMXh4eHh4eHh4eCIsIlNlc3Npb25Ub2tlbiI6InRva2VuLy9mb3IrQVNJQUdTVDAwMDAwMDAwMDAwMDE9PSJ9","Label":"aws-vault session for dev (expires 2100-01-01T00:00:00Z)","Description":"aws-vault session","KeychainNotTrustApplication":false,"KeychainNotSynchronizable":false}'

function open() {
  const keyring = new MemoryKeyring()
  const clock = { time: start, now: () => clock.time }
  const secrets: (string | undefined)[] = []
  const cache = new SessionCache(keyring, clock, secret => secrets.push(secret))
  return { keyring, clock, cache, secrets }
}

function session(name: string, seconds: number) {
  return {
    accessKeyId: `ASIA${name}`,
    secretAccessKey: `secret of ${name}`,
    sessionToken: `token of ${name}`,
    expiration: new Date(start + seconds * 1000),
  }
}

function payloadOf(keyring: MemoryKeyring, key: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(JSON.parse(keyring.text(key)).Data, 'base64').toString())
}

describe('SessionCache', () => {
  it('stores what the Go tool stores, and the request beside it', async () => {
    const { keyring, cache, secrets } = open()
    const credentials = {
      accessKeyId: 'ASIAGST0000000000001',
      secretAccessKey: 'secret/for+ASIAGST0000000000001xxxxxxxxx',
      sessionToken: 'token//for+ASIAGST0000000000001==',
      expiration: new Date('2100-01-01T00:00:00Z'),
    }
    await cache.store(slot, credentials, { fingerprint: 'f1' })
    const { Data, ...item } = JSON.parse(keyring.text(writtenKey))
    const { Data: dataThere, ...itemThere } = JSON.parse(written)
    assert.deepEqual(item, itemThere)
    const text = Buffer.from(Data, 'base64').toString()
    assert.equal(text.replace(',"AwsVaultRequest":"f1"', ''), Buffer.from(dataThere, 'base64').toString())
    assert.ok(secrets.includes(credentials.secretAccessKey) && secrets.includes(credentials.sessionToken))
  })

  it('minds how long a session was asked to live only when someone wished for a certain time', async () => {
    const { cache } = open()
    const request = { fingerprint: 'f1', durationSeconds: 28800 }
    await cache.store(slot, session('A', 28800), request)
    assert.equal((await cache.find(slot, wish))?.match, 'same request')
    assert.equal((await cache.find(slot, { ...wish, durationSeconds: 28800 }))?.match, 'same request')
    assert.equal(await cache.find(slot, { ...wish, durationSeconds: 3600 }), undefined)
  })

  it('finds a session of the Go tool, of which nobody knows the request', async () => {
    const { keyring, cache, secrets } = open()
    keyring.plant(writtenKey, written)
    const found = await cache.find(slot, wish)
    assert.equal(found?.match, 'unknown request')
    assert.deepEqual(found?.credentials, {
      accessKeyId: 'ASIAGST0000000000001',
      secretAccessKey: 'secret/for+ASIAGST0000000000001xxxxxxxxx',
      sessionToken: 'token//for+ASIAGST0000000000001==',
      expiration: new Date('2100-01-01T00:00:00Z'),
    })
    assert.ok(secrets.includes('token//for+ASIAGST0000000000001=='))
  })

  it('records the request of such a session and leaves all else in it as it was', async () => {
    const { keyring, cache } = open()
    const payload = { accessKeyID: 'ASIAX', Note: [1], SecretAccessKey: 's', SessionToken: 't' }
    keyring.plant(writtenKey, itemJson(writtenKey, payload, { Label: 'mine', Tint: 'blue' }))
    const found = await cache.find(slot, wish)
    assert.ok(found)
    await cache.record(found, { fingerprint: 'f1' })
    assert.deepEqual(payloadOf(keyring, writtenKey), { ...payload, AwsVaultRequest: 'f1' })
    const { Label, Tint } = JSON.parse(keyring.text(writtenKey))
    assert.deepEqual([Label, Tint], ['mine', 'blue'])
    assert.equal((await cache.find(slot, wish))?.match, 'same request')
  })

  it('never gives a session of another request', async () => {
    const { cache } = open()
    await cache.store(slot, session('one', 3600), { fingerprint: 'other' })
    assert.equal(await cache.find(slot, wish), undefined)
  })

  it('never gives a session of another slot', async () => {
    const { cache } = open()
    await cache.store(slot, session('one', 3600), { fingerprint: 'f1' })
    for (const other of [{ profile: 'de' }, { profile: 'dev2' }, { serial: '' }, { type: 'sts.AssumeRole' }]) {
      assert.equal(await cache.find({ ...slot, ...other }, wish), undefined)
    }
  })

  it('gives a session only while it lives long enough', async () => {
    const { clock, cache } = open()
    await cache.store(slot, session('one', 3600), { fingerprint: 'f1' })
    const isFound = async (minimumSeconds: number) =>
      (await cache.find(slot, { ...wish, minimumSeconds })) !== undefined
    clock.time = start + 3300_000
    assert.deepEqual([await isFound(300), await isFound(301)], [true, false])
    clock.time = start + 3599_000
    assert.deepEqual([await isFound(0), await isFound(2)], [true, false])
    clock.time = start + 3600_000
    assert.equal(await isFound(0), false)
  })

  it('believes the earlier of the two times that a session has', async () => {
    const { keyring, cache } = open()
    const payload = { AccessKeyId: 'ASIAX', SecretAccessKey: 's', SessionToken: 't', AwsVaultRequest: 'f1' }
    const inKey = start / 1000 + 3600
    keyring.plant(`${prefix}${inKey}`, itemJson('x', { ...payload, Expiration: '2026-01-01T00:01:00Z' }))
    assert.equal(await cache.find(slot, wish), undefined)
    keyring.plant(`${prefix}${inKey}`, itemJson('x', { ...payload, Expiration: '2100-01-01T00:00:00Z' }))
    assert.deepEqual((await cache.find(slot, wish))?.credentials.expiration, new Date(inKey * 1000))
  })

  it('reads one item, however many there are', async () => {
    const { keyring, cache } = open()
    for (let n = 0; n < 500; n++) {
      keyring.plant(`sts.AssumeRole,${Buffer.from(`role ${n}`).toString('base64url')},,4102444800`, 'junk')
    }
    await cache.store(slot, session('one', 3600), { fingerprint: 'f1' })
    keyring.operations.length = 0
    assert.equal((await cache.find(slot, wish))?.match, 'same request')
    assert.deepEqual(keyring.operations, ['keys', `get ${prefix}${start / 1000 + 3600}`])
  })

  it('prefers, of what a crash left, the matching session that lives longest', async () => {
    const { keyring, cache } = open()
    const plant = (name: string, seconds: number, fingerprint?: string) => {
      const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, expiration } = session(name, seconds)
      const payload = { AccessKeyId, SecretAccessKey, SessionToken: 't', AwsVaultRequest: fingerprint }
      keyring.plant(`${prefix}${expiration.getTime() / 1000}`, itemJson('x', payload))
    }
    plant('short', 1000, 'f1')
    plant('long', 2000, 'f1')
    plant('other', 3000, 'f2')
    plant('unknown', 4000)
    assert.equal((await cache.find(slot, wish))?.credentials.accessKeyId, 'ASIAlong')
    assert.equal((await cache.find(slot, { ...wish, fingerprint: 'f3' }))?.credentials.accessKeyId, 'ASIAunknown')
  })

  it('passes over what cannot be read, but not over a locked keyring', async () => {
    const { keyring, cache } = open()
    await cache.store(slot, session('one', 1000), { fingerprint: 'f1' })
    keyring.plant(`${prefix}4102444800`, 'no item')
    keyring.plant(`${prefix}4102444801`, itemJson('x', 'no payload'))
    keyring.plant(`${prefix}4102444802`, itemJson('x', { AccessKeyId: 'a', SecretAccessKey: 's', Expiration: 'soon' }))
    assert.equal((await cache.find(slot, wish))?.credentials.accessKeyId, 'ASIAone')
    keyring.fault = operation => (operation === 'keys' ? undefined : new KeyringLockedError('locked'))
    await assert.rejects(cache.find(slot, wish), { code: 'ERR_KEYRING_LOCKED' })
  })

  it('lets a new session take the place of the others, whatever their requests, and sweeps the dead', async () => {
    const { keyring, cache } = open()
    const kept = ['dev', 'oidc:https://a.example/start', 'sts.AssumeRole,cm9sZQ,,4102444800']
    const gone = [`${prefix}4102444800`, `${prefix}5`, 'sts.AssumeRole,cm9sZQ,,5', 'session,ZGV2,,1', 'x session (1)']
    for (const name of [...kept, ...gone]) keyring.plant(name, 'junk')
    await cache.store(slot, session('new', 3600), { fingerprint: 'f1' })
    const key = `${prefix}${start / 1000 + 3600}`
    assert.deepEqual(keyring.names().sort(), [...kept, key].sort())
    const [first] = keyring.operations
    assert.equal(first, `set ${key}`, 'the new one is safe before another one goes')
  })

  it('discards the very session that was found, and not one stored since', async () => {
    const { cache } = open()
    await cache.store(slot, session('one', 1000), { fingerprint: 'f1' })
    const found = await cache.find(slot, wish)
    assert.ok(found)
    await cache.store(slot, session('two', 2000), { fingerprint: 'f1' })
    await cache.discard(found)
    assert.equal((await cache.find(slot, wish))?.credentials.accessKeyId, 'ASIAtwo')
  })

  it('keeps credentials without a token, and cuts fractions of seconds off their end', async () => {
    const { cache } = open()
    const { sessionToken: _, ...keys } = session('one', 3600)
    await cache.store(slot, { ...keys, expiration: new Date(keys.expiration.getTime() + 999) }, { fingerprint: 'f1' })
    assert.deepEqual((await cache.find(slot, wish))?.credentials, keys)
  })

  describe('clear', () => {
    const url = 'https://a.example/start'
    const alice = 'arn:aws:iam::111111111111:user/alice'
    const names = [
      'dev',
      'sts.GetSessionToken,ZGV2,,4102444800',
      'sts.AssumeRole,ZGV2,YQ,5',
      'sts.AssumeRole,cm9sZQ,,4102444800',
      `oidc:${url}`,
      'oidc:https://b.example/start',
      'dev session (1)',
      `oidc:login:${alice}`,
      'oidc:rotate:dev',
      'oidc:rotated:dev',
    ]
    const rows: readonly [string, Parameters<SessionCache['clear']>, number[]][] = [
      ['everything but credentials and rotations', [], [0, 8, 9]],
      ['those of a profile', [['dev']], [0, 3, 4, 5, 6, 7, 8, 9]],
      ['those of two profiles', [['dev', 'role']], [0, 4, 5, 6, 7, 8, 9]],
      ['those of a profile and a token', [['dev'], [url]], [0, 3, 5, 6, 7, 8, 9]],
      ['those of a profile and a sign-in', [['dev'], [], undefined, [alice]], [0, 3, 4, 5, 6, 8, 9]],
      ['sign-ins', [undefined, [], 'login'], [0, 1, 2, 3, 4, 5, 6, 8, 9]],
      ['nothing for no profile', [[]], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
      ['nothing for a profile without a name', [['']], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ]
    for (const [name, wanted, left] of rows) {
      it(`removes ${name}`, async () => {
        const { keyring, cache } = open()
        for (const key of names) keyring.plant(key, 'junk')
        assert.equal(await cache.clear(...wanted), names.length - left.length)
        assert.deepEqual(
          keyring.names(),
          left.map(index => names[index]),
        )
      })
    }
  })

  it('lists what there is, the expired too, without reading it', async () => {
    const { keyring, cache } = open()
    for (const key of ['dev', `${prefix}5`, 'sts.AssumeRole,cm9sZQ,,4102444800', 'dev session (1)']) {
      keyring.plant(key, 'junk')
    }
    const expired = { key: `${prefix}5`, ...slot, expiration: new Date(5000) }
    const live = {
      key: 'sts.AssumeRole,cm9sZQ,,4102444800',
      type: 'sts.AssumeRole',
      profile: 'role',
      serial: '',
      expiration: new Date('2100-01-01T00:00:00Z'),
    }
    assert.deepEqual(await cache.list(), [live, expired])
  })
})
