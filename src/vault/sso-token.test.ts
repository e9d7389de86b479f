import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Item } from '@aws-vault/plugin-sdk'
import { decodeSsoToken, encodeSsoToken } from './sso-token.ts'

const url = 'https://example.awsapps.com/start'
const now = Date.parse('2026-03-01T00:00:00Z')
const token = {
  accessToken: 'access',
  expiration: new Date(now + 28_800_000),
  refreshToken: 'refresh',
  client: { id: 'id', secret: 'secret', expiration: new Date('2026-05-30T00:00:00Z') },
}

const textOf = (item: Item) => JSON.parse(new TextDecoder().decode(item.data))
const itemOf = (members: unknown): Item => ({
  ...{ key: `oidc:${url}`, label: '', description: '', attributes: {} },
  data: new TextEncoder().encode(JSON.stringify(members)),
})

describe('the item of a login', () => {
  it('is what the Go tool writes, with our own members beside', () => {
    const { data: _, ...item } = encodeSsoToken(url, token, now)
    assert.deepEqual(item, {
      key: `oidc:${url}`,
      label: `aws-vault oidc token for ${url} (expires 2026-03-01T08:00:00Z)`,
      description: 'aws-vault oidc token',
      attributes: { KeychainNotTrustApplication: false },
    })
    assert.deepEqual(textOf(encodeSsoToken(url, token, now)), {
      Token: {
        AccessToken: 'access',
        ExpiresIn: 28800,
        IdToken: null,
        RefreshToken: 'refresh',
        TokenType: 'Bearer',
        ResultMetadata: {},
      },
      Expiration: '2026-03-01T08:00:00Z',
      AwsVaultClient: { Id: 'id', Secret: 'secret', Expiration: '2026-05-30T00:00:00Z' },
    })
  })

  it('is read back', () => assert.deepEqual(decodeSsoToken(url, encodeSsoToken(url, token, now)), token))

  it('of the Go tool is read, without what it does not have', () => {
    const Token = { AccessToken: 'a', ExpiresIn: 1, IdToken: null, RefreshToken: null, TokenType: 'Bearer' }
    const read = decodeSsoToken(url, itemOf({ Token, Expiration: '2026-03-01T08:00:00.5+01:00' }))
    assert.deepEqual(read, { accessToken: 'a', expiration: new Date('2026-03-01T07:00:00.500Z') })
  })

  it('keeps what others wrote into it', () => {
    const previous = {
      ...itemOf({ Token: { AccessToken: 'old', Future: 1 }, Expiration: '', Mine: [2] }),
      attributes: { x: 3 },
    }
    const item = encodeSsoToken(url, token, now, previous)
    const { Token, Mine } = textOf(item)
    assert.deepEqual([Token.Future, Token.AccessToken, Mine, item.attributes.x], [1, 'access', [2], 3])
  })

  for (const [name, members] of [
    ['no token', { Expiration: '2026-03-01T08:00:00Z' }],
    ['no end', { Token: { AccessToken: 'a' } }],
    ['text', 'a'],
  ] as const) {
    it(`is refused with ${name}`, () => {
      assert.throws(() => decodeSsoToken(url, itemOf(members)), { code: 'ERR_VAULT_ITEM' })
    })
  }
})
