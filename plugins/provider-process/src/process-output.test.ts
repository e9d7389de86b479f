import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { parseProcessOutput } from './process-output.ts'

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const least = { Version: 1, AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', SecretAccessKey: secret }
const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: secret }
const now = Date.parse('2026-01-01T00:00:00Z')
const parse = (output: string) => parseProcessOutput(output, 'c', now)

describe('what a credential_process prints', () => {
  it('is a key pair at the least', () => assert.deepEqual(parse(`${JSON.stringify(least)}\n`), keys))

  it('may have a token and an end', () => {
    const output = { ...least, SessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN', Expiration: '2026-01-01T00:00:01Z' }
    const expiration = new Date('2026-01-01T00:00:01Z')
    assert.deepEqual(parse(JSON.stringify(output)), { ...keys, sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN', expiration })
  })

  const skipped: readonly [string, string][] = [
    ['members that are null', JSON.stringify({ ...least, SessionToken: null, Expiration: null })],
    ['members that are empty', JSON.stringify({ ...least, SessionToken: '', Expiration: '' })],
    ['members that nobody knows', JSON.stringify({ ...least, AccountId: '123456789012', Region: 1 })],
    ['a byte order mark', `\uFEFF${JSON.stringify(least)}`],
  ]
  for (const [name, output] of skipped) it(`may have ${name}`, () => assert.deepEqual(parse(output), keys))

  const times: readonly [string, string][] = [
    ['2026-06-01T12:00:00Z', '2026-06-01T12:00:00.000Z'],
    ['2026-06-01T12:00:00.123456Z', '2026-06-01T12:00:00.123Z'],
    ['2026-06-01T12:00:00+00:00', '2026-06-01T12:00:00.000Z'],
    ['2026-06-01T12:00:00+0200', '2026-06-01T10:00:00.000Z'],
    ['2026-06-01 12:00:00-07:00', '2026-06-01T19:00:00.000Z'],
  ]
  for (const [written, meant] of times) {
    it(`may end at ${written}`, () => {
      assert.equal(parse(JSON.stringify({ ...least, Expiration: written })).expiration?.toISOString(), meant)
    })
  }

  const refused: readonly [name: string, output: string, code: string, says: RegExp][] = [
    ['nothing', ' \n', 'ERR_COMMAND_OUTPUT', /printed nothing/],
    ['text', `hello ${secret}`, 'ERR_COMMAND_OUTPUT', /one JSON object/],
    ['two objects', JSON.stringify(least).repeat(2), 'ERR_COMMAND_OUTPUT', /one JSON object/],
    ['null', 'null', 'ERR_COMMAND_OUTPUT', /one JSON object/],
    ['no version', JSON.stringify({ ...least, Version: undefined }), 'ERR_COMMAND_OUTPUT', /no "Version"/],
    ['a version that is text', JSON.stringify({ ...least, Version: '1' }), 'ERR_COMMAND_OUTPUT', /no "Version"/],
    ['version 2', JSON.stringify({ ...least, Version: 2 }), 'ERR_COMMAND_OUTPUT', /"Version": 2; it has to be 1/],
    ['no key id', JSON.stringify({ ...least, AccessKeyId: '' }), 'ERR_COMMAND_OUTPUT', /no "AccessKeyId"/],
    ['no secret', JSON.stringify({ ...least, SecretAccessKey: null }), 'ERR_COMMAND_OUTPUT', /no "SecretAccessKey"/],
    [
      'a secret with a line end',
      JSON.stringify({ ...least, SecretAccessKey: `${secret}\n` }),
      'ERR_COMMAND_OUTPUT',
      /"SecretAccessKey" that is none/,
    ],
    [
      'a token that is a number',
      JSON.stringify({ ...least, SessionToken: 5 }),
      'ERR_COMMAND_OUTPUT',
      /"SessionToken" that is none/,
    ],
    [
      'a time without a zone',
      JSON.stringify({ ...least, Expiration: '2030-01-01T00:00:00' }),
      'ERR_COMMAND_OUTPUT',
      /no time with a zone/,
    ],
    [
      'a time that does not exist',
      JSON.stringify({ ...least, Expiration: '2030-13-01T00:00:00Z' }),
      'ERR_COMMAND_OUTPUT',
      /no time with a zone/,
    ],
    [
      'a number for a time',
      JSON.stringify({ ...least, Expiration: 1893456000 }),
      'ERR_COMMAND_OUTPUT',
      /no time with a zone/,
    ],
    [
      'a time that is over',
      JSON.stringify({ ...least, Expiration: '2026-01-01T00:00:00Z' }),
      'ERR_COMMAND_EXPIRED',
      /expired at 2026-01-01T00:00:00.000Z/,
    ],
  ]
  for (const [name, output, code, says] of refused) {
    it(`may not be ${name}, and is not repeated`, () => {
      assert.throws(
        () => parse(output),
        error => {
          assert.ok(isVaultError(error, code), String(error))
          assert.match(error.message, says)
          assert.doesNotMatch(`${error.message} ${error.hint} ${JSON.stringify(error.facts)}`, /wJalr/)
          return true
        },
      )
    })
  }
})
