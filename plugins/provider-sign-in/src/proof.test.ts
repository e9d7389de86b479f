import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EmbeddedJWK, jwtVerify } from 'jose'
import { makeProof, makeProofKey } from './proof.ts'

const request = { method: 'POST', url: 'https://eu-west-1.signin.aws.amazon.com/v1/token' }
const clock = { now: () => 1_772_352_000_500 }

describe('a proof of possession', () => {
  it('is signed with its key, says what for, when and once, and gives nothing of the key away', async () => {
    const key = await makeProofKey()
    const proof = await makeProof(key, request, clock)
    const options = { typ: 'dpop+jwt', algorithms: ['ES256'], currentDate: new Date(clock.now()) }
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, options)
    const { jti, ...claims } = payload
    assert.deepEqual(claims, { htm: 'POST', htu: request.url, iat: 1_772_352_000 })
    assert.deepEqual(protectedHeader.jwk, { kty: 'EC', crv: 'P-256', x: key.x, y: key.y })
    const other = await jwtVerify(await makeProof(key, request, clock), EmbeddedJWK, options)
    assert.notEqual(other.payload.jti, jti)
    assert.ok(!proof.includes(key.d))
  })
})
