import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import type { CredentialStep, Credentials, VaultError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const issuer = 'https://idp.example.com'
const aws = await startLocalAws({
  world: { identityProviders: [{ issuer }], roles: [{ name: 'ci', trust: { webIdentity: { issuer } } }] },
})
const home = mkdtempSync(join(tmpdir(), 'aws-vault-web-identity-'))
after(async () => {
  rmSync(home, { recursive: true })
  await aws.close()
})

const roleArn = 'arn:aws:iam::123456789012:role/ci'
const stepOf = (parameters: CredentialStep['parameters'], durationSeconds = 3600): CredentialStep => ({
  provider: 'web-identity',
  profile: 'ci',
  endpointUrl: aws.url,
  durationSeconds,
  parameters: { roleArn, ...parameters },
})
const context = testContext({ homeDirectory: home })

async function refusal(parameters: CredentialStep['parameters']): Promise<VaultError> {
  return provider.resolve(stepOf(parameters), {}, context).then(
    () => assert.fail('it was not refused'),
    error => error,
  )
}

describe('the token of a web identity', () => {
  const token = () => aws.webIdentityToken({ issuer, subject: 'alice' })

  it('is found from the home directory', async () => {
    writeFileSync(join(home, 'token'), token())
    const { accessKeyId } = await provider.resolve(stepOf({ tokenFile: '~/token' }), {}, context)
    assert.equal(aws.calls.at(-1)?.issued, accessKeyId)
  })

  it('is named with its place when it cannot be read', async () => {
    const { message, hint } = await refusal({ tokenFile: '~/none' })
    assert.match(message, /^the web identity token file ~\/none of profile "ci" cannot be read: no such file/)
    assert.match(hint ?? '', /check web_identity_token_file/)
  })

  it('is said to be too old, with what has to be renewed', async () => {
    writeFileSync(join(home, 'old'), aws.webIdentityToken({ issuer, subject: 'alice', expiresIn: -1 }))
    const { message, hint } = await refusal({ tokenFile: '~/old' })
    assert.match(message, /ExpiredToken/)
    assert.match(hint ?? '', /too old: see to it that ~\/old gives a new one/)
  })

  it('is not repeated when AWS repeats it', async () => {
    writeFileSync(join(home, 'token'), token())
    const secret = token()
    aws.faults.add({ effect: { error: { code: 'InvalidIdentityToken', status: 400, message: `what is ${secret}?` } } })
    const { message } = await refusal({ tokenProcess: `echo ${secret}` })
    assert.match(message, /what is \*\*\*\?/)
  })

  it('is that of a role which has to trust it', async () => {
    writeFileSync(join(home, 'token'), token())
    const { hint } = await refusal({ tokenFile: '~/token', roleArn: `${roleArn}x` })
    assert.match(hint ?? '', /trust policy/)
  })
})

describe('a session that another program left', () => {
  const session: Credentials = {
    accessKeyId: 'ASIAI44QH8DHBEXAMPLE',
    secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
    sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN',
  }
  aws.seedSession({ ...(session as Required<Omit<Credentials, 'expiration'>>), role: 'ci', roleSessionName: '17000' })
  const recognises = (step: CredentialStep) => provider.recognises?.(step, session, context)

  it('is taken when AWS says that it is one of the role, without a token', async () => {
    assert.equal(await recognises(stepOf({ tokenProcess: 'exit 1' })), true)
    assert.equal(aws.calls.at(-1)?.action, 'GetCallerIdentity')
  })

  it('is not taken for another role, name, policy or duration', async () => {
    assert.equal(await recognises(stepOf({ roleArn: `${roleArn}x` })), false)
    assert.equal(await recognises(stepOf({ roleSessionName: 'me' })), false)
    assert.equal(await recognises(stepOf({ policy: '{}' })), false)
    assert.equal(await recognises(stepOf({}, 900)), false)
  })
})
