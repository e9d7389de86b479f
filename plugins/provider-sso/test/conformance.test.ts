import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { CredentialStep, StepInput } from '@aws-vault/plugin-sdk'
import { testContext, testProvider } from '@aws-vault/plugin-sdk/testkit'
import { type LocalAws, startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'
import { memoryTokens } from './memory-tokens.ts'

const startUrl = 'https://corp.awsapps.com/start'
const sso = [{ startUrl, accounts: [{ id: '111111111111', name: 'Dev', roles: ['Admin'] }] }]
const aws = await startLocalAws({ world: { sso } })
const silentAws = await startLocalAws({ world: { sso, faults: [{ action: 'GetRoleCredentials', effect: 'hang' }] } })
const strangeAws = await startLocalAws({ world: { sso, faults: [{ effect: 'garbage', times: 'always' }] } })
after(() => Promise.all([aws, silentAws, strangeAws].map(it => it.close())))

const stepAt = ({ url }: LocalAws, parameters: CredentialStep['parameters'] = {}): CredentialStep => ({
  provider: 'sso',
  profile: 'dev',
  region: 'eu-west-1',
  endpointUrl: url,
  parameters: { startUrl, accountId: '111111111111', roleName: 'Admin', oidcEndpointUrl: url, ...parameters },
})

/** A login that was there before. */
async function loggedIn(at: LocalAws): Promise<StepInput> {
  const tokens = memoryTokens()
  const desk = { canBrowse: async () => true, browse: async (url: string) => void (await fetch(url)) }
  await provider.login?.(stepAt(at), { tokens }, testContext({ desk }))
  return { tokens }
}

testProvider({
  name: 'sso',
  provider,
  options: { deviceCode: true },
  succeeds: [
    {
      name: 'a role, with a login that is kept',
      step: stepAt(aws),
      input: () => loggedIn(aws),
      expect: ({ accessKeyId }) => assert.equal(aws.calls.at(-1)?.issued, accessKeyId),
    },
  ],
  fails: [
    {
      name: 'a role that the person does not have',
      step: stepAt(aws, { roleName: 'Root' }),
      input: () => loggedIn(aws),
      code: 'ERR_SSO_DENIED',
    },
    {
      name: 'a portal that there is not',
      step: stepAt(aws, { startUrl: 'https://other.awsapps.com/start' }),
      input: { tokens: memoryTokens() },
      code: 'ERR_SSO_REFUSED',
    },
    { name: 'no AWS', step: stepAt(strangeAws), input: { tokens: memoryTokens() }, code: 'ERR_NETWORK_FAILED' },
    {
      name: 'no role',
      step: stepAt(aws, { roleName: '' }),
      input: () => loggedIn(aws),
      code: 'ERR_PROVIDER_PARAMETER',
    },
    { name: 'nowhere to keep logins', step: stepAt(aws), code: 'ERR_PROVIDER_PARAMETER' },
  ],
  hangs: [
    {
      name: 'a silent AWS',
      step: stepAt(silentAws),
      input: () => loggedIn(silentAws),
      begun: () => silentAws.waitForCall(({ fault }) => fault === 'hang'),
    },
    {
      name: 'a person who does not come',
      step: stepAt(aws),
      input: { tokens: memoryTokens() },
      begun: () => aws.waitForCall(({ action }) => action === 'StartDeviceAuthorization'),
    },
  ],
})
