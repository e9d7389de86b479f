import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretsOf } from './secrets-of.ts'

const secretsIn = (text: string): string[] =>
  secretsOf({ key: 'k', data: Buffer.from(text), label: '', description: '', attributes: {} })

test('secrets of every kind of item, at any depth, and nothing that all may know', () => {
  assert.deepEqual(
    secretsIn(
      JSON.stringify({
        AccessKeyID: 'AKIAIOSFODNN7EXAMPLE',
        SecretAccessKey: 'a-secret-of-some-length',
        Expires: '0001-01-01T00:00:00Z',
        Token: { RefreshToken: 'another-secret-of-some-length', Type: 'Bearer' },
      }),
    ),
    ['a-secret-of-some-length', 'another-secret-of-some-length'],
  )
  assert.deepEqual(secretsIn('no JSON at all'), ['no JSON at all'])
})
