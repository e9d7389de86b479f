import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptCode, checkMfa, mfaCode } from './mfa.ts'
import type { MfaDevice, User } from './model.ts'

// The secret and the codes of RFC 6238, appendix B (of its eight digits the last six).
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const vectors: [seconds: number, code: string][] = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
]
const noon = Date.UTC(2026, 0, 1, 12)
const device = (): MfaDevice => ({ serial: 'arn:aws:iam::123456789012:mfa/alice', secret, usedSteps: new Set() })

describe('mfa', () => {
  it('shows the codes of RFC 6238', () => {
    for (const [seconds, code] of vectors) assert.equal(mfaCode(secret, seconds * 1000), code)
  })

  it('accepts the code of now, of the half minute before and of the one after, and no others', () => {
    for (const [offset, accepted] of [
      [-60_000, false],
      [-30_000, true],
      [0, true],
      [30_000, true],
      [60_000, false],
    ] as const) {
      assert.equal(acceptCode(device(), mfaCode(secret, noon + offset), noon), accepted, `${offset} ms`)
    }
  })

  it('accepts a code once, and the next one then', () => {
    const used = device()
    const code = mfaCode(secret, noon)
    assert.equal(acceptCode(used, code, noon), true)
    assert.equal(acceptCode(used, code, noon), false)
    assert.equal(acceptCode(used, code, noon + 20_000), false)
    assert.equal(acceptCode(used, mfaCode(secret, noon + 30_000), noon + 30_000), true)
  })

  it("refuses half of the parameters, another one's device and a wrong code, as AWS words it", () => {
    const user = { mfaDevices: [device()] } as unknown as User
    const serial = 'arn:aws:iam::123456789012:mfa/alice'
    assert.equal(checkMfa(user, undefined, undefined, noon), false)
    assert.throws(() => checkMfa(user, serial, undefined, noon), /must provide both/)
    assert.throws(() => checkMfa(user, undefined, '123456', noon), /must provide both/)
    assert.throws(() => checkMfa(user, `${serial}2`, mfaCode(secret, noon), noon), /unable to validate MFA code/)
    assert.throws(() => checkMfa(undefined, serial, mfaCode(secret, noon), noon), /unable to validate MFA code/)
    assert.throws(() => checkMfa(user, serial, '000000', noon), {
      code: 'AccessDenied',
      status: 403,
      message: 'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
    })
    assert.equal(checkMfa(user, serial, mfaCode(secret, noon), noon), true)
  })
})
