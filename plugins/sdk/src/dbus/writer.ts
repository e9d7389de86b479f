import { BusError } from './errors.ts'
import { alignmentOf, completeTypes } from './signature.ts'
import { Variant } from './variant.ts'

/**
 * Writes values as D-Bus does, in little-endian order: numbers (`x` and `t`: bigint), booleans, strings, `ay` as bytes,
 * other arrays as arrays, dictionaries as maps, structs as arrays, {@link Variant}s.
 */
export class Writer {
  #buffer = Buffer.alloc(256)
  #length = 0

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  align(multiple: number): void {
    const target = Math.ceil(this.#length / multiple) * multiple
    // A new buffer is all zeros, and so is what is written over by none.
    this.#reserve(target - this.#length)
    this.#length = target
  }

  /** @throws BusError `malformed` for a value that is not of that type */
  values(signature: string, values: readonly unknown[]): void {
    const types = completeTypes(signature)
    if (types.length !== values.length) throw unfit(signature, values.length)
    for (const [index, type] of types.entries()) this.value(type, values[index])
  }

  /** Writes one value of one complete type. */
  value(type: string, value: unknown): void {
    this.align(alignmentOf(type))
    switch (type[0]) {
      case 'y':
        this.#put(1, at => this.#buffer.writeUInt8(asNumber(type, value), at))
        break
      case 'b':
        this.uint32(value ? 1 : 0)
        break
      case 'n':
        this.#put(2, at => this.#buffer.writeInt16LE(asNumber(type, value), at))
        break
      case 'q':
        this.#put(2, at => this.#buffer.writeUInt16LE(asNumber(type, value), at))
        break
      case 'i':
        this.#put(4, at => this.#buffer.writeInt32LE(asNumber(type, value), at))
        break
      case 'u':
        this.uint32(asNumber(type, value))
        break
      case 'x':
        this.#put(8, at => this.#buffer.writeBigInt64LE(asBigInt(type, value), at))
        break
      case 't':
        this.#put(8, at => this.#buffer.writeBigUInt64LE(asBigInt(type, value), at))
        break
      case 'd':
        this.#put(8, at => this.#buffer.writeDoubleLE(asNumber(type, value), at))
        break
      case 's':
      case 'o':
        this.#text(type, value, 4)
        break
      case 'g':
        this.#text(type, value, 1)
        break
      case 'v': {
        if (!(value instanceof Variant)) throw unfit(type, value)
        this.value('g', value.signature)
        this.value(value.signature, value.value)
        break
      }
      case 'a':
        this.#array(type.slice(1), value)
        break
      case '(': {
        if (!Array.isArray(value)) throw unfit(type, value)
        this.values(type.slice(1, -1), value)
        break
      }
      default:
        throw unfit(type, value)
    }
  }

  uint32(value: number): void {
    this.align(4)
    this.#put(4, at => this.#buffer.writeUInt32LE(value, at))
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Puts a number in place of one that is already written. */
  setUint32(at: number, value: number): void {
    this.#buffer.writeUInt32LE(value, at)
  }

  #array(type: string, value: unknown): void {
    this.uint32(0)
    const lengthAt = this.#length - 4
    this.align(alignmentOf(type))
    const start = this.#length
    if (type === 'y') {
      if (!(value instanceof Uint8Array)) throw unfit('ay', value)
      this.raw(value)
    } else if (type[0] === '{') {
      if (!(value instanceof Map)) throw unfit(`a${type}`, value)
      for (const entry of value) {
        this.align(8)
        this.values(type.slice(1, -1), entry)
      }
    } else {
      if (!Array.isArray(value)) throw unfit(`a${type}`, value)
      for (const element of value) this.value(type, element)
    }
    this.setUint32(lengthAt, this.#length - start)
  }

  #text(type: string, value: unknown, lengthBytes: 1 | 4): void {
    // A string with a NUL or half a character is none that D-Bus can carry; the bus would cut us off for it.
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) throw unfit(type, value)
    const bytes = Buffer.from(value)
    if (lengthBytes === 4) this.uint32(bytes.length)
    else this.#put(1, at => this.#buffer.writeUInt8(bytes.length, at))
    this.raw(bytes)
    this.#put(1, () => {})
  }

  #put(size: number, write: (at: number) => void): void {
    this.#reserve(size)
    write(this.#length)
    this.#length += size
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return
    const grown = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#length + size))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}

function asNumber(type: string, value: unknown): number {
  if (typeof value !== 'number') throw unfit(type, value)
  return value
}

function asBigInt(type: string, value: unknown): bigint {
  if (typeof value !== 'bigint') throw unfit(type, value)
  return value
}

/** Names the kind of the value only: it may be a secret. */
const unfit = (type: string, value: unknown): BusError =>
  new BusError('malformed', `a ${typeof value} cannot be sent as D-Bus type ${type}`)
