import { BusError } from './errors.ts'
import { Reader } from './reader.ts'
import { Variant } from './variant.ts'
import { Writer } from './writer.ts'

/** The kinds of messages, as they are numbered on the wire. */
export const MessageType = { call: 1, reply: 2, error: 3, signal: 4 } as const

/** One message. Which members it has depends on its type. */
export interface Message {
  readonly type: number
  /** Whether its sender wants no answer. */
  readonly noReply?: boolean
  /** Whether the bus is not to start the program that it is for. */
  readonly noAutoStart?: boolean
  readonly serial: number
  readonly path?: string | undefined
  readonly interface?: string | undefined
  readonly member?: string | undefined
  readonly errorName?: string | undefined
  /** The serial of the call that this answers. */
  readonly replySerial?: number | undefined
  readonly destination?: string | undefined
  /** Written by the bus, and so true. */
  readonly sender?: string | undefined
  readonly signature?: string | undefined
  readonly body: readonly unknown[]
}

/** Header fields by number: the member of {@link Message} and the type on the wire. */
const fields = [
  [1, 'path', 'o'],
  [2, 'interface', 's'],
  [3, 'member', 's'],
  [4, 'errorName', 's'],
  [5, 'replySerial', 'u'],
  [6, 'destination', 's'],
  [7, 'sender', 's'],
  [8, 'signature', 'g'],
] as const

/** The specification's largest message, in bytes. */
const LARGEST = 128 * 1024 * 1024

/** Bytes before the header fields, with the length of these. */
const PRELUDE = 16

/** The bytes of a message, little-endian. */
export function encodeMessage(message: Message): Buffer {
  const body = new Writer()
  body.values(message.signature ?? '', message.body)
  const writer = new Writer()
  const flags = (message.noReply ? 1 : 0) | (message.noAutoStart ? 2 : 0)
  writer.raw(Uint8Array.of('l'.charCodeAt(0), message.type, flags, 1))
  writer.uint32(body.bytes.length)
  writer.uint32(message.serial)
  const present = fields.flatMap(([number, name, type]) => {
    const value = message[name]
    return value === undefined || value === '' ? [] : [[number, new Variant(type, value)]]
  })
  writer.value('a(yv)', present)
  writer.align(8)
  writer.raw(body.bytes)
  if (writer.bytes.length > LARGEST) throw new BusError('malformed', 'a D-Bus message would be too large')
  return writer.bytes
}

/**
 * The size in bytes of the message that begins with `bytes`, `undefined` if there are too few to tell.
 * @throws BusError `malformed`
 */
export function messageSize(bytes: Buffer): number | undefined {
  if (bytes.length < PRELUDE) return undefined
  const reader = new Reader(bytes, isLittleEndian(bytes), 4)
  const body = reader.uint32()
  reader.uint32()
  const header = reader.uint32()
  const size = Math.ceil((PRELUDE + header) / 8) * 8 + body
  if (size > LARGEST) throw new BusError('malformed', 'a D-Bus message is too large')
  return size
}

/**
 * Reads one whole message.
 * @throws BusError `malformed`
 */
export function decodeMessage(bytes: Buffer): Message {
  try {
    const little = isLittleEndian(bytes)
    const flags = bytes.readUInt8(2)
    const reader = new Reader(bytes, little, 8)
    const serial = reader.uint32()
    const header = new Map((reader.value('a(yv)') as [number, Variant][]).map(([number, { value }]) => [number, value]))
    const named = Object.fromEntries(fields.map(([number, name]) => [name, header.get(number)])) as Partial<Message>
    reader.align(8)
    const body = new Reader(bytes.subarray(reader.at), little).values(named.signature ?? '')
    return { ...named, type: bytes.readUInt8(1), noReply: (flags & 1) !== 0, serial, body }
  } catch (error) {
    if (error instanceof BusError) throw error
    throw new BusError('malformed', 'a D-Bus message ends too early', error)
  }
}

function isLittleEndian(bytes: Buffer): boolean {
  const order = String.fromCharCode(bytes[0] ?? 0)
  if (order !== 'l' && order !== 'B') throw new BusError('malformed', 'what came is not a D-Bus message')
  return order === 'l'
}
