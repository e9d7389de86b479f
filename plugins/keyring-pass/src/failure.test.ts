import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explain } from './failure.ts'
import { GPG_ERR } from './gpg-status.ts'
import { placeOf } from './why-locked.ts'

const failed = {
  what: 'read the item "dev"',
  store: { command: 'pass', root: '/store', prefix: '' },
  file: '/store/dev.gpg',
  // No .gpg-id is looked for then.
  environment: { PATH: process.env.PATH ?? '', PASSWORD_STORE_KEY: 'x' },
}

describe('a failure that gpg gives a number', () => {
  const codes: Record<keyof typeof GPG_ERR, string> = {
    BAD_PASSPHRASE: 'ERR_KEYRING_LOCKED',
    NO_SECKEY: 'ERR_PASS_SECRET_KEY',
    TIMEOUT: 'ERR_KEYRING_LOCKED',
    NO_AGENT: 'ERR_PASS_AGENT',
    AGENT: 'ERR_PASS_AGENT',
    NO_PIN_ENTRY: 'ERR_PASS_PINENTRY',
    PIN_ENTRY: 'ERR_PASS_PINENTRY',
    BAD_PIN: 'ERR_KEYRING_LOCKED',
    CANCELED: 'ERR_PROMPT_CANCELLED',
    CARD: 'ERR_PASS_CARD',
    CARD_RESET: 'ERR_PASS_CARD',
    CARD_REMOVED: 'ERR_PASS_CARD',
    INV_CARD: 'ERR_PASS_CARD',
    CARD_NOT_PRESENT: 'ERR_PASS_CARD',
    NO_SCDAEMON: 'ERR_PASS_CARD',
    PIN_BLOCKED: 'ERR_PASS_CARD',
    FULLY_CANCELED: 'ERR_PROMPT_CANCELLED',
    ENOTTY: 'ERR_PASS_PINENTRY',
  }
  for (const [name, number] of Object.entries(GPG_ERR)) {
    it(`${name} is ${codes[name as keyof typeof GPG_ERR]}`, () => {
      // With where it comes from in the upper bits, as gpg writes it.
      const stderr = `[GNUPG:] ERROR pkdecrypt_failed ${(5 << 24) | number}\ngpg: decryption failed: No secret key\n`
      const end = { code: 2, timedOut: false, stdout: Buffer.alloc(0), stderr }
      assert.equal(explain({ ...failed, end }).code, codes[name as keyof typeof GPG_ERR])
    })
  }
})

it('a failure of which nothing is known shows what was said, as text', () => {
  const end = { code: 3, timedOut: false, stdout: Buffer.alloc(0), stderr: '[GNUPG:] X\nOops \u001b[31mred\n' }
  const { code, message } = explain({ ...failed, end })
  assert.equal(code, 'ERR_KEYRING_STORAGE')
  assert.equal(message, 'cannot read the item "dev": pass failed: Oops \\u{1b}[31mred')
})

it('what takes too long is said', () => {
  const end = { code: null, timedOut: true, stdout: Buffer.alloc(0), stderr: '' }
  assert.equal(explain({ ...failed, end }).code, 'ERR_PASS_TIMEOUT')
})

describe('the secret key', () => {
  const record = (type: string, id: string, place: string): string =>
    `${type}:u:2048:1:${id}:1::::::e:::${place}:::23::0:`
  const listing = [
    record('sec', 'AAAA', '+'),
    record('ssb', 'BBBB', '#'),
    record('ssb', 'CCCC', 'D2760001240'),
    'fpr:',
  ].join('\n')
  for (const [id, place] of Object.entries({
    AAAA: 'here',
    BBBB: 'nowhere',
    CCCC: 'on a smartcard',
    DDDD: 'nowhere',
    '0000000000000000': 'here',
  })) {
    it(`${id} is ${place}`, () => assert.equal(placeOf([id], listing), place))
  }
})
