import {
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto'

/** Bytes of the group's prime. Numbers modulo it are as long, with zeros in front: both sides count them as part of a secret. */
const GROUP_BYTES = 128

/** Node documents it so; its types know no such keys. */
const generate = generateKeyPairSync as unknown as (type: 'dh', options: { group: string }) => KeyPairKeyObjectResult

/**
 * One side of a Diffie-Hellman agreement in the second Oakley group of RFC 2409 (1,024 bits). By key objects and not by
 * `getDiffieHellman`, which proves the group's prime to be one each time: a tenth of a second.
 */
export class KeyAgreement {
  /** What the other side is sent. */
  readonly publicKey: Uint8Array
  readonly #privateKey: KeyObject
  /** DER of the group, as it stands in public keys (RFC 5280's AlgorithmIdentifier). */
  readonly #group: Buffer

  /** @throws Error where such small groups are forbidden (FIPS) */
  constructor() {
    const { publicKey, privateKey } = generate('dh', { group: 'modp2' })
    this.#privateKey = privateKey
    const [group, bits] = elements(elements(publicKey.export({ type: 'spki', format: 'der' }))[0]?.content)
    this.#group = group?.whole ?? Buffer.alloc(0)
    // A bit string begins with the number of bits to leave out: none.
    const number = elements(bits?.content.subarray(1))[0]?.content ?? Buffer.alloc(0)
    this.publicKey = new Uint8Array(padded(withoutZeros(number)))
  }

  /**
   * The secret that both sides share, 128 bytes.
   * @throws Error for a key that would make it known to all, such as 0 or 1, or that is none of the group
   */
  secret(theirs: Uint8Array): Buffer {
    const digits = withoutZeros(Buffer.from(theirs))
    // As a positive number: one whose first bit is set gets a zero in front.
    const positive = (digits[0] ?? 0) > 0x7f || digits.length === 0 ? Buffer.concat([Buffer.of(0), digits]) : digits
    const bits = Buffer.concat([Buffer.of(0), element(0x02, positive)])
    const key = element(0x30, Buffer.concat([this.#group, element(0x03, bits)]))
    const publicKey = createPublicKey({ key, format: 'der', type: 'spki' })
    return padded(withoutZeros(diffieHellman({ privateKey: this.#privateKey, publicKey })))
  }
}

interface DerElement {
  readonly whole: Buffer
  readonly content: Buffer
}

/** The DER elements that lie one after another in `bytes`. */
function elements(bytes: Buffer = Buffer.alloc(0)): DerElement[] {
  const found: DerElement[] = []
  for (let at = 0; at < bytes.length; ) {
    const first = bytes.readUInt8(at + 1)
    const lengthBytes = first < 0x80 ? 0 : first - 0x80
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
    const start = at + 2 + lengthBytes
    found.push({ whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return found
}

/** A DER element. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}

function withoutZeros(number: Buffer): Buffer {
  const first = number.findIndex(byte => byte !== 0)
  return first === -1 ? Buffer.alloc(0) : number.subarray(first)
}

const padded = (number: Buffer): Buffer =>
  Buffer.concat([Buffer.alloc(Math.max(0, GROUP_BYTES - number.length)), number])
