import { BusError } from './errors.ts'
import { alignmentOf, completeTypes } from './signature.ts'
import { Variant } from './variant.ts'

/** Variants within variants. */
const DEEPEST = 64

/** Reads what a D-Bus program wrote, of either byte order. The counterpart of `Writer`, with the same JavaScript values. */
export class Reader {
  readonly #bytes: Buffer
  readonly #little: boolean
  #at: number
  #depth = 0

  constructor(bytes: Buffer, isLittleEndian: boolean, at = 0) {
    this.#bytes = bytes
    this.#little = isLittleEndian
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  align(multiple: number): void {
    this.#at = Math.ceil(this.#at / multiple) * multiple
  }

  /** @throws BusError `malformed`, RangeError when the bytes end before the values do */
  values(signature: string): unknown[] {
    return completeTypes(signature).map(type => this.value(type))
  }

  value(type: string): unknown {
    this.align(alignmentOf(type))
    const bytes = this.#bytes
    switch (type[0]) {
      case 'y':
        return bytes.readUInt8(this.#take(1))
      case 'b':
        return this.uint32() !== 0
      case 'n':
        return this.#little ? bytes.readInt16LE(this.#take(2)) : bytes.readInt16BE(this.#take(2))
      case 'q':
        return this.#little ? bytes.readUInt16LE(this.#take(2)) : bytes.readUInt16BE(this.#take(2))
      case 'i':
        return this.#little ? bytes.readInt32LE(this.#take(4)) : bytes.readInt32BE(this.#take(4))
      case 'u':
        return this.uint32()
      case 'x':
        return this.#little ? bytes.readBigInt64LE(this.#take(8)) : bytes.readBigInt64BE(this.#take(8))
      case 't':
        return this.#little ? bytes.readBigUInt64LE(this.#take(8)) : bytes.readBigUInt64BE(this.#take(8))
      case 'd':
        return this.#little ? bytes.readDoubleLE(this.#take(8)) : bytes.readDoubleBE(this.#take(8))
      case 's':
      case 'o':
        return this.#text(this.uint32())
      case 'g':
        return this.#text(bytes.readUInt8(this.#take(1)))
      case 'v':
        return this.#variant()
      case 'a':
        return this.#array(type.slice(1))
      default:
        return this.values(type.slice(1, -1))
    }
  }

  uint32(): number {
    this.align(4)
    return this.#little ? this.#bytes.readUInt32LE(this.#take(4)) : this.#bytes.readUInt32BE(this.#take(4))
  }

  #variant(): Variant {
    const signature = this.value('g') as string
    if (completeTypes(signature).length !== 1 || this.#depth >= DEEPEST) {
      throw new BusError('malformed', 'a D-Bus variant is malformed')
    }
    this.#depth++
    const variant = new Variant(signature, this.value(signature))
    this.#depth--
    return variant
  }

  #array(type: string): unknown {
    const length = this.uint32()
    this.align(alignmentOf(type))
    const end = this.#at + length
    if (end > this.#bytes.length) throw new BusError('malformed', 'a D-Bus array ends after its message')
    if (type === 'y') return new Uint8Array(this.#bytes.subarray(this.#take(length), end))
    if (type[0] === '{') {
      const map = new Map<unknown, unknown>()
      while (this.#at < end) {
        this.align(8)
        const [key, value] = this.values(type.slice(1, -1))
        map.set(key, value)
      }
      return map
    }
    const elements: unknown[] = []
    while (this.#at < end) {
      const before = this.#at
      elements.push(this.value(type))
      // Of an empty struct there would be no end.
      if (this.#at === before) throw new BusError('malformed', 'a D-Bus array has elements without bytes')
    }
    return elements
  }

  #text(length: number): string {
    const start = this.#take(length + 1)
    if (start + length + 1 > this.#bytes.length)
      throw new BusError('malformed', 'a D-Bus string ends after its message')
    return this.#bytes.toString('utf8', start, start + length)
  }

  #take(size: number): number {
    const at = this.#at
    this.#at += size
    return at
  }
}
