import assert from 'node:assert/strict'
import { getDiffieHellman } from 'node:crypto'
import { describe, it } from 'node:test'
import { KeyAgreement } from './key-agreement.ts'

describe('the key agreement', () => {
  it('gives both sides one secret, as Node’s other way of it does, with the zeros in front', () => {
    const other = getDiffieHellman('modp2')
    other.generateKeys()
    // Of 256 numbers one begins with a zero.
    const short = new Set<string>()
    for (let round = 0; round < 3000 && short.size < 2; round++) {
      const ours = new KeyAgreement()
      assert.equal(ours.publicKey.length, 128)
      const secret = ours.secret(other.getPublicKey())
      assert.equal(secret.length, 128)
      assert.deepEqual(secret, other.computeSecret(ours.publicKey))
      if (ours.publicKey[0] === 0) short.add('key')
      if (secret[0] === 0) short.add('secret')
    }
    assert.deepEqual([...short].sort(), ['key', 'secret'])
  })

  it('refuses keys by which the secret would be known', () => {
    const prime = BigInt(`0x${getDiffieHellman('modp2').getPrime('hex')}`)
    const bytes = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(256, '0'), 'hex')
    const ours = new KeyAgreement()
    for (const number of [0n, 1n, prime - 1n, prime, prime + 1n])
      assert.throws(() => ours.secret(bytes(number)), `${number}`)
    assert.throws(() => ours.secret(new Uint8Array()))
    assert.throws(() => ours.secret(new Uint8Array(1000).fill(255)))
  })
})
