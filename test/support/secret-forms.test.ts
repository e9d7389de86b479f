import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretsIn } from './secret-forms.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"'

for (const [form, encode] of Object.entries({
  plain: (text: string) => text,
  JSON: (text: string) => JSON.stringify({ text }),
  URL: (text: string) => `?${new URLSearchParams({ text })}`,
  hex: (text: string) => Buffer.from(text).toString('hex'),
  base64: (text: string) => Buffer.from(text).toString('base64'),
  base64url: (text: string) => Buffer.from(text).toString('base64url'),
})) {
  test(`a secret is found in ${form}, whatever stands around it`, () => {
    for (const before of ['', 'a', 'bc', 'def']) {
      for (const after of ['', 'x', 'yz']) {
        assert.deepEqual(secretsIn(encode(before + secret + after), [secret, 'another secret']), [secret])
      }
    }
  })
}

test('what is no secret is not found', () => {
  assert.deepEqual(secretsIn(secret.slice(0, -2), [secret]), [])
})
