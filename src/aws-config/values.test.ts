import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import type { Origin } from './origin.ts'
import { parseBoolean, parseDuration, parseList, parseRegion, parseSeconds, parseTags } from './values.ts'

const origin: Origin = { kind: 'file', file: '/c', line: 7, section: 'profile dev' }
const what = { name: 'some_key', origin }

function refused(action: () => unknown, pattern: RegExp): void {
  assert.throws(action, error => {
    assert.ok(isVaultError(error, 'ERR_CONFIG_VALUE'), String(error))
    assert.match(error.message, /^some_key.* at \/c:7 \[profile dev\] is not valid: expected /)
    assert.match(error.message, pattern)
    assert.equal(error.hint, 'mend line 7 of /c')
    return true
  })
}

test("durations in Go's notation are whole seconds", () => {
  const rows: [string, number][] = [
    ['1h30m', 5400],
    ['15m', 900],
    ['900s', 900],
    ['1.5h', 5400],
    ['.5m', 30],
    ['1.m', 60],
    ['0.1h', 360],
    ['1000ms', 1],
    ['500ms500ms', 1],
    ['1000000us', 1],
    ['1000000µs', 1],
    ['1000000μs', 1],
    ['1000000000ns', 1],
    ['+1h', 3600],
    ['30m1h', 5400],
    ['0s', 0],
    ['0', 0],
    ['-0s', 0],
  ]
  for (const [text, seconds] of rows) assert.equal(parseDuration(text, what), seconds, text)
})

test('what is no duration is refused with its place and what is expected', () => {
  for (const text of [
    '',
    'h',
    '1x',
    '1h 30m',
    ' 1h',
    '1H',
    'eight hours',
    '1h30',
    '.h',
    '-',
    '1e3s',
    '1..5h',
    '1,5h',
    '٣h',
  ]) {
    refused(() => parseDuration(text, what), /1h30m, 15m or 900s/)
  }
  refused(() => parseDuration('3600', what), /a number needs a unit, as in 3600s/)
  refused(() => parseDuration('-1h', what), /not a negative one/)
  refused(() => parseDuration('1500ms', what), /in whole seconds/)
  refused(() => parseDuration('9999999999999999h', what), /not one that long/)
  refused(() => parseDuration('1h'.repeat(100), what), /15m/)
})

test('seconds are digits', () => {
  assert.equal(parseSeconds('3600', what), 3600)
  for (const text of ['', '1h', '-1', '1.5', ' 1', '1e3', '9'.repeat(16)]) {
    refused(() => parseSeconds(text, what), /a whole number of seconds/)
  }
})

test('lists are trimmed, without empty items', () => {
  assert.deepEqual(parseList(' a, b ,,c d,'), ['a', 'b', 'c d'])
  assert.deepEqual(parseList(''), [])
})

test('tags are trimmed; a value may be empty and contain an equals sign', () => {
  assert.deepEqual(parseTags(' a = b=c ,d=, e f = g h,', what), [
    { key: 'a', value: 'b=c' },
    { key: 'd', value: '' },
    { key: 'e f', value: 'g h' },
  ])
  refused(() => parseTags('a=b,c', what), /item 2 is not key=value/)
  refused(() => parseTags('=b', what), /item 1 is not key=value/)
  refused(() => parseTags('team=b,x=y,Team=c', what), /item 3 is there before/)
})

test('a region is safe in a host name', () => {
  for (const region of ['eu-west-1', 'us-gov-east-1', 'x', 'my-region']) assert.equal(parseRegion(region, what), region)
  for (const text of ['', 'a.b/#', 'EU-WEST-1', 'eu west', '-a', 'a-', 'a\n', 'a'.repeat(64)]) {
    refused(() => parseRegion(text, what), /an AWS region such as eu-west-1/)
  }
})

test('a short value is shown; a long one or one with control characters is not', () => {
  refused(() => parseRegion('eu west 1', what), /some_key "eu west 1" at/)
  refused(() => parseRegion('wJalrXUtnFEMI/K7MDENG', what), /^some_key at/)
  refused(() => parseRegion('a\u009b', what), /^some_key at/)
  assert.throws(
    () => parseSeconds('x', { name: 'duration', origin: { kind: 'flag', flag: 'duration' } }),
    error => isVaultError(error) && error.hint === 'mend flag --duration',
  )
})

test('yes and no', () => {
  for (const text of ['true', 'YES', 'on', '1']) assert.equal(parseBoolean(text, what), true)
  for (const text of ['False', 'no', 'off', '0']) assert.equal(parseBoolean(text, what), false)
  for (const text of ['', 'y', '2', 'truee']) refused(() => parseBoolean(text, what), /true or false/)
})
