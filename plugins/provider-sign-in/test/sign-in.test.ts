import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'
import { memoryLogins } from './memory-logins.ts'

const alice = 'arn:aws:iam::123456789012:user/alice'
const aws = await startLocalAws({ world: { users: [{ name: 'alice' }], signIn: { user: 'alice' } } })
after(() => aws.close())

const step = {
  provider: 'sign-in',
  profile: 'dev',
  region: 'eu-west-1',
  endpointUrl: aws.url,
  parameters: { loginSession: alice },
}
const desk = { canBrowse: async () => true, browse: async (url: string) => void (await fetch(url)) }

describe('a sign-in', () => {
  it('is kept with what renews it, and each renewal replaces that, but not the key', async () => {
    const logins = memoryLogins()
    const context = testContext({ desk })
    const { expiration } = await provider.resolve(step, { logins }, context)
    assert.equal(expiration?.getTime(), context.clock.now() + 900_000)
    const before = logins.kept.get(alice)
    assert.equal(before?.region, 'eu-west-1')
    await provider.resolve(step, { logins }, testContext())
    const next = logins.kept.get(alice)
    assert.notEqual(next?.refreshToken, before?.refreshToken)
    assert.deepEqual({ ...next, refreshToken: '' }, { ...before, refreshToken: '' })
  })

  it('has a key of its own each time', async () => {
    const keys = await Promise.all(
      [memoryLogins(), memoryLogins()].map(async logins => {
        const context = testContext({ desk })
        await provider.resolve(step, { logins }, context)
        const key = logins.kept.get(alice)?.proofKey.d ?? ''
        assert.ok(!context.logged.join().includes(key))
        return key
      }),
    )
    assert.equal(new Set(keys).size, 2)
  })

  it('that AWS refuses to renew is kept until there is another one: the clock may be wrong', async () => {
    const logins = memoryLogins()
    await provider.resolve(step, { logins }, testContext({ desk }))
    const wrong = testContext({ desk, now: Date.now() + 3_600_000 })
    const failure = await provider.resolve(step, { logins }, wrong).catch(error => error)
    assert.ok(isVaultError(failure, 'ERR_SIGN_IN_REFUSED'), String(failure))
    assert.match(failure.hint ?? '', /clock is right/)
    await provider.resolve(step, { logins }, testContext())
  })

  it('goes on where AWS has too much to do', async () => {
    aws.faults.add({ action: 'CreateOAuth2Token', effect: { error: { code: 'TooManyRequestsError', status: 429 } } })
    await provider.resolve(step, { logins: memoryLogins() }, testContext({ desk }))
  })

  it('goes on with a code where the browser cannot be opened and somebody watches', async () => {
    const browse = async () => {
      const { VaultError } = await import('@aws-vault/plugin-sdk')
      throw new VaultError('ERR_BROWSER_FAILED', 'no browser')
    }
    const context = testContext({ desk: { canBrowse: async () => true, browse } })
    /** Reads what is shown, and types it. */
    const ask = async (): Promise<string> => {
      const [, address = ''] = /on any device: open (\S+)/.exec(context.logged.join('\n')) ?? []
      const page = await (await fetch(address)).text()
      return /<b>(.*)<\/b>/.exec(page)?.[1] ?? ''
    }
    const logins = memoryLogins()
    await provider.resolve(step, { logins }, { ...context, ask })
    assert.ok(context.logged.includes('no browser'))
    assert.equal(logins.kept.get(alice)?.clientId, 'arn:aws:signin:::devtools/cross-device')
  })
})
