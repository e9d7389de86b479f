import assert from 'node:assert/strict'
import { after } from 'node:test'
import type { CredentialStep, StepInput } from '@aws-vault/plugin-sdk'
import { testContext, testProvider } from '@aws-vault/plugin-sdk/testkit'
import { type LocalAws, startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'
import { memoryLogins } from './memory-logins.ts'

const alice = 'arn:aws:iam::123456789012:user/alice'
const world = { users: [{ name: 'alice' }], signIn: { user: 'alice' } }
const aws = await startLocalAws({ world })
const revokedAws = await startLocalAws({ world })
const silentAws = await startLocalAws({ world })
const strangeAws = await startLocalAws({ world })
after(() => Promise.all([aws, revokedAws, silentAws, strangeAws].map(it => it.close())))

const stepAt = ({ url }: LocalAws, parameters: CredentialStep['parameters'] = {}): CredentialStep => ({
  provider: 'sign-in',
  profile: 'dev',
  region: 'eu-west-1',
  endpointUrl: url,
  parameters: { loginSession: alice, ...parameters },
})

/** A sign-in that was there before, and then something goes wrong. */
async function signedIn(at: LocalAws, then = () => {}): Promise<StepInput> {
  const logins = memoryLogins()
  const desk = { canBrowse: async () => true, browse: async (url: string) => void (await fetch(url)) }
  await provider.resolve(stepAt(at), { logins }, testContext({ desk }))
  then()
  return { logins }
}

testProvider({
  name: 'sign-in',
  provider,
  succeeds: [
    {
      name: 'a sign-in that is kept',
      step: stepAt(aws),
      input: () => signedIn(aws),
      expect({ accessKeyId }) {
        assert.equal(aws.calls.at(-1)?.issued, accessKeyId)
        assert.equal(aws.calls.at(-1)?.parameters.grantType, 'refresh_token')
      },
    },
  ],
  fails: [
    { name: 'nowhere to keep sign-ins', step: stepAt(aws), code: 'ERR_PROVIDER_PARAMETER' },
    {
      name: 'no session',
      step: stepAt(aws, { loginSession: '' }),
      input: { logins: memoryLogins() },
      code: 'ERR_PROVIDER_PARAMETER',
    },
    {
      name: 'a service that is not AWS',
      step: stepAt(strangeAws),
      input: () => signedIn(strangeAws, () => strangeAws.faults.add({ times: 'always', effect: 'garbage' })),
      code: 'ERR_NETWORK_FAILED',
    },
  ],
  hangs: [
    {
      name: 'a silent AWS',
      step: stepAt(silentAws),
      input: () => signedIn(silentAws, () => silentAws.faults.add({ effect: 'hang' })),
      begun: () => silentAws.waitForCall(({ fault }) => fault === 'hang'),
    },
  ],
})
