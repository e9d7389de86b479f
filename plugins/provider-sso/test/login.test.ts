import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { isVaultError, type SsoToken } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'
import { memoryTokens } from './memory-tokens.ts'

const startUrl = 'https://corp.awsapps.com/start'
const accounts = [{ id: '111111111111', name: 'Dev', roles: ['Admin'] }]
const aws = await startLocalAws({ world: { sso: [{ startUrl, accounts }] } })
after(() => aws.close())

const step = {
  provider: 'sso',
  profile: 'dev',
  region: 'eu-west-1',
  endpointUrl: aws.url,
  parameters: { startUrl, accountId: '111111111111', roleName: 'Admin', oidcEndpointUrl: aws.url },
}
const browser = { canBrowse: async () => true, browse: async (url: string) => void (await fetch(url)) }

/** The actions called while `task` runs. */
async function callsOf(task: () => Promise<unknown>): Promise<string[]> {
  const before = aws.calls.length
  await task()
  return aws.calls.slice(before).map(({ action }) => action)
}

describe('a login', () => {
  it('is kept with what renews it', async () => {
    const tokens = memoryTokens()
    const context = testContext({ desk: browser })
    const end = await provider.login?.(step, { tokens }, context)
    const token = tokens.kept.get(startUrl)
    assert.equal(end?.getTime(), context.clock.now() + 8 * 3_600_000)
    assert.deepEqual(token?.expiration, end)
    assert.ok(token?.refreshToken && token.client && token.client.expiration > (end as Date))
  })

  it('of the Go tool is used as long as it lives, and cannot be renewed', async () => {
    const tokens = memoryTokens()
    const context = testContext({ desk: browser })
    await provider.login?.(step, { tokens }, context)
    const { client: _, refreshToken: __, ...token } = tokens.kept.get(startUrl) as SsoToken
    tokens.kept.set(startUrl, token)
    const resolve = () => provider.resolve(step, { tokens }, context)
    context.clock.advance(8 * 3_600_000 - 60_000)
    assert.deepEqual(await callsOf(resolve), ['GetRoleCredentials'])
    context.clock.advance(60_000)
    assert.deepEqual(await callsOf(resolve), ['RegisterClient', 'Authorize', 'CreateToken', 'GetRoleCredentials'])
  })

  it('is not given up where AWS only fails to renew it', async () => {
    const tokens = memoryTokens()
    const context = testContext({ desk: browser })
    await provider.login?.(step, { tokens }, context)
    context.clock.advance(9 * 3_600_000)
    aws.faults.add({ action: 'CreateToken', effect: { error: { code: 'InternalServerException', status: 500 } } })
    const failure = await provider.resolve(step, { tokens }, context).catch(error => error)
    assert.ok(isVaultError(failure, 'ERR_SSO_UNAVAILABLE'), String(failure))
    assert.ok(tokens.kept.has(startUrl))
    assert.deepEqual(await callsOf(() => provider.resolve(step, { tokens }, context)), [
      'CreateToken',
      'GetRoleCredentials',
    ])
  })

  it('goes on with a code where the browser cannot be opened and somebody watches', async () => {
    const browse = () =>
      import('@aws-vault/plugin-sdk').then(({ VaultError }) => {
        throw new VaultError('ERR_BROWSER_FAILED', 'no browser')
      })
    const context = testContext({ desk: { canBrowse: async () => true, browse } })
    const calls = callsOf(() => provider.resolve(step, { tokens: memoryTokens() }, context))
    await aws.waitForCall(({ action }) => action === 'StartDeviceAuthorization')
    for (let shown: string | undefined; shown === undefined; ) {
      shown = /the code ([A-Z-]{9})/.exec(context.logged.join('\n'))?.[1]
      if (shown === undefined) await new Promise(setImmediate)
      else aws.decideDevice(shown, 'approved')
    }
    assert.deepEqual(await calls, [
      'RegisterClient',
      'RegisterClient',
      'StartDeviceAuthorization',
      'CreateToken',
      'GetRoleCredentials',
    ])
    assert.ok(context.logged.includes('no browser'))
  })
})
