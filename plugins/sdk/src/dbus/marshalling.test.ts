import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseBusAddress } from './address.ts'
import { decodeMessage, encodeMessage, type Message, MessageType, messageSize } from './message.ts'
import { Reader } from './reader.ts'
import { completeTypes } from './signature.ts'
import { Variant } from './variant.ts'
import { Writer } from './writer.ts'

const text = fc.string({ unit: 'binary' }).filter(value => !value.includes('\0') && value.isWellFormed())

/** Values with their types, as deep as the specification's examples go. */
const typed: fc.Arbitrary<readonly [string, unknown]> = fc.letrec<{ value: readonly [string, unknown] }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.nat(255).map(value => ['y', value] as const),
    fc.boolean().map(value => ['b', value] as const),
    fc.integer({ min: -32768, max: 32767 }).map(value => ['n', value] as const),
    fc.nat(65535).map(value => ['q', value] as const),
    fc.integer().map(value => ['i', value] as const),
    fc.nat(2 ** 32 - 1).map(value => ['u', value] as const),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(value => ['x', value] as const),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(value => ['t', value] as const),
    fc.double({ noNaN: true }).map(value => ['d', value] as const),
    text.map(value => ['s', value] as const),
    fc.uint8Array({ maxLength: 20 }).map(value => ['ay', value] as const),
    fc.array(text).map(value => ['as', value] as const),
    fc.array(fc.tuple(text, fc.integer())).map(entries => ['a{si}', new Map(entries)] as const),
    tie('value').map(([type, value]) => ['v', new Variant(type, value)] as const),
    tie('value').map(
      ([type, value]) => [`a${type}`, type === 'y' ? Uint8Array.of(value as number) : [value, value]] as const,
    ),
    fc
      .array(tie('value'), { minLength: 1, maxLength: 4 })
      .map(members => [`(${members.map(([type]) => type).join('')})`, members.map(([, value]) => value)] as const),
  ),
})).value

describe('marshalling', () => {
  it('reads what it wrote, wherever in a message that begins', () => {
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 5 }), values => {
        const signature = values.map(([type]) => type).join('')
        fc.pre(signature.length < 256)
        const body = values.map(([, value]) => value)
        const message: Message = { type: MessageType.call, serial: 7, path: '/a', member: 'M', signature, body }
        const bytes = encodeMessage(message)
        assert.equal(messageSize(bytes), bytes.length)
        const read = decodeMessage(bytes)
        assert.deepEqual(read.body, body)
        assert.equal(read.signature ?? '', signature)
      }),
    )
  })

  it('writes the bytes that the specification shows', () => {
    const bytes = (signature: string, ...values: readonly unknown[]): string => {
      const writer = new Writer()
      writer.values(signature, values)
      return writer.bytes.toString('hex').replace(/(..)(?=.)/g, '$1 ')
    }
    assert.equal(bytes('s', 'foo'), '03 00 00 00 66 6f 6f 00')
    assert.equal(bytes('ss', '+', 'bar'), '01 00 00 00 2b 00 00 00 03 00 00 00 62 61 72 00')
    // An array of one 64-bit integer, 5: four bytes lie between its length and it, and do not count.
    assert.equal(bytes('ax', [5n]), '08 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00')
    assert.equal(bytes('yv', 1, new Variant('u', 2)), '01 01 75 00 02 00 00 00')
    assert.equal(bytes('a{ss}', new Map()), '00 00 00 00 00 00 00 00')
  })

  it('reads the other byte order', () => {
    const hex = '42020001' + '0000000c' + '00000009' + '0000000f' + '05017500000000070801670002737500'
    const body = '00000003' + '666f6f00' + '0000002a'
    const message = decodeMessage(Buffer.from(hex + body, 'hex'))
    assert.deepEqual(message.body, ['foo', 42])
    assert.equal(message.replySerial, 7)
    assert.equal(message.serial, 9)
  })

  it('refuses values of another type, and text that cannot be sent, without repeating them', () => {
    const secret = 'wJalrXUtnFEMI'
    for (const [type, value] of [
      ['i', secret],
      ['ay', secret],
      ['s', `${secret}\0`],
      ['s', '\ud83d'],
      ['as', secret],
      ['v', secret],
      ['x', 1],
    ] as const) {
      assert.throws(
        () => new Writer().value(type, value),
        (error: Error & { problem?: string }) => {
          assert.equal(error.problem, 'malformed')
          assert.ok(!error.message.includes(secret))
          return true
        },
      )
    }
  })

  it('refuses what is no message, in bounded time and memory', () => {
    const malformed = { problem: 'malformed' }
    assert.throws(() => messageSize(Buffer.from('HTTP/1.1 400 Bad Request')), malformed)
    assert.throws(() => messageSize(Buffer.from('6c020001ffffffff0100000000000000', 'hex')), malformed)
    assert.throws(() => completeTypes('a'), malformed)
    assert.throws(() => completeTypes('(s'), malformed)
    assert.throws(() => completeTypes('z'), malformed)
    assert.throws(() => completeTypes('('.repeat(100_000)), malformed)
    assert.throws(() => new Reader(Buffer.from('ffffffff', 'hex'), true).value('as'), malformed)
    assert.throws(() => new Reader(Buffer.from('04000000', 'hex'), true).value('a()'), malformed)
    assert.throws(() => new Reader(Buffer.from('0176000176000176'.repeat(100), 'hex'), true).value('v'))
    const good = encodeMessage({ type: 1, serial: 1, path: '/a', member: 'M', signature: 'as', body: [['x']] })
    for (let length = 0; length < good.length; length++) assert.throws(() => decodeMessage(good.subarray(0, length)))
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(good)
        changed[at] = byte
        try {
          decodeMessage(changed)
        } catch (error) {
          assert.equal((error as { problem?: string }).problem, 'malformed')
        }
      }),
    )
  })
})

it('bus addresses are read as they are written', () => {
  assert.deepEqual(parseBusAddress('unix:path=/run/user/1000/bus,guid=12;unix:abstract=/tmp/dbus-x'), [
    { socket: '/run/user/1000/bus' },
    { socket: '\0/tmp/dbus-x' },
  ])
  assert.deepEqual(parseBusAddress('unix:path=/a%20b%c3%bc'), [{ socket: '/a bü' }])
  assert.deepEqual(parseBusAddress('tcp:host=example.org,port=1;autolaunch:;unix:;nonsense;'), [])
})
