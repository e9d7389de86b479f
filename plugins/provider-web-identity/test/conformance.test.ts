import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import { startLocalAws } from '../../../test/local-aws/index.ts'
import provider from '../src/index.ts'

const account = '123456789012'
const issuer = 'https://token.actions.githubusercontent.com'
const world = {
  identityProviders: [{ issuer }, { account: '999999999999', issuer: 'https://idp.example.com' }],
  roles: [{ name: 'ci', trust: { webIdentity: { issuer, subject: 'repo:acme/app' } } }],
}
const aws = await startLocalAws({ world })
const silentAws = await startLocalAws({ world: { ...world, faults: [{ effect: 'hang', times: 'always' }] } })
const directory = mkdtempSync(join(tmpdir(), 'aws-vault-web-identity-'))
after(async () => {
  rmSync(directory, { recursive: true })
  await Promise.all([aws, silentAws].map(it => it.close()))
})

const token = aws.webIdentityToken({ issuer, subject: 'repo:acme/app' })
const expired = aws.webIdentityToken({ issuer, subject: 'repo:acme/app', expiresIn: -5 })
const ofAnother = aws.webIdentityToken({ issuer, subject: 'repo:acme/other' })
const ofNobody = aws.webIdentityToken({ issuer: 'https://idp.example.com', subject: 'x' })

let count = 0
function file(text: string): string {
  count += 1
  const path = join(directory, `token${count}`)
  writeFileSync(path, text)
  return path
}

const roleArn = `arn:aws:iam::${account}:role/ci`
const step = (parameters: CredentialStep['parameters']): CredentialStep => ({
  provider: 'web-identity',
  profile: 'ci',
  region: 'eu-central-1',
  endpointUrl: aws.url,
  durationSeconds: 900,
  parameters: { roleArn, roleSessionName: 'me', ...parameters },
})
const policyArns = ['arn:aws:iam::aws:policy/ReadOnlyAccess']

testProvider({
  name: 'web-identity',
  provider,
  secrets: [token, expired, ofAnother, ofNobody],
  succeeds: [
    {
      name: 'a token in a file that ends with a line end',
      step: step({ tokenFile: file(`${token}\r\n`) }),
      expect({ accessKeyId }) {
        const call = aws.calls.find(({ issued }) => issued === accessKeyId)
        assert.equal(call?.signer, undefined)
        assert.deepEqual(call?.parameters, {
          DurationSeconds: '900',
          RoleArn: roleArn,
          RoleSessionName: 'me',
          WebIdentityToken: '(not recorded)',
        })
      },
    },
    { name: 'a file from where we are', step: step({ tokenFile: relative(process.cwd(), file(token)) }) },
    { name: 'a token that a process prints', step: step({ tokenProcess: `echo ${token}` }) },
    {
      name: 'a file before a process',
      step: step({ tokenFile: file(token), tokenProcess: 'exit 1' }),
    },
    {
      name: 'policies, and a session name of our own',
      step: {
        ...step({}),
        parameters: {
          roleArn,
          tokenFile: file(token),
          policy: '{"Version":"2012-10-17","Statement":[]}',
          policyArns,
        },
      },
      expect({ accessKeyId }) {
        const { parameters } = aws.calls.find(({ issued }) => issued === accessKeyId) ?? {}
        assert.match(parameters?.RoleSessionName ?? '', /^[\w+=,.@-]{2,64}$/)
        assert.equal(parameters?.Policy, '{"Version":"2012-10-17","Statement":[]}')
        assert.equal(parameters?.['PolicyArns.member.1.arn'], policyArns[0])
      },
    },
  ],
  fails: [
    { name: 'no file', step: step({ tokenFile: join(directory, 'none') }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'a directory', step: step({ tokenFile: directory }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'an empty file', step: step({ tokenFile: file('\n') }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'two tokens', step: step({ tokenFile: file(`${token}\n${token}`) }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'too much', step: step({ tokenFile: file(token.repeat(100)) }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'an endless file', step: step({ tokenFile: '/dev/zero' }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'a process that fails', step: step({ tokenProcess: 'exit 7' }), code: 'ERR_COMMAND_FAILED' },
    { name: 'a process that prints nothing', step: step({ tokenProcess: 'exit 0' }), code: 'ERR_WEB_IDENTITY_TOKEN' },
    { name: 'a token that is too old', step: step({ tokenFile: file(expired) }), code: 'ERR_WEB_IDENTITY_REFUSED' },
    { name: 'a token of nobody', step: step({ tokenFile: file(ofNobody) }), code: 'ERR_WEB_IDENTITY_REFUSED' },
    { name: 'no token at all', step: step({ tokenFile: file('hello') }), code: 'ERR_WEB_IDENTITY_REFUSED' },
    { name: 'a role that does not trust it', step: step({ tokenFile: file(ofAnother) }), code: 'ERR_STS_DENIED' },
    { name: 'no role', step: { ...step({}), parameters: { tokenFile: 'x' } }, code: 'ERR_PROVIDER_PARAMETER' },
    { name: 'no token said', step: step({}), code: 'ERR_PROVIDER_PARAMETER' },
    {
      name: 'junk for policies',
      step: step({ tokenFile: 'x', policyArns: 'all' }),
      code: 'ERR_PROVIDER_PARAMETER',
    },
  ],
  hangs: [
    {
      name: 'a silent AWS',
      step: { ...step({ tokenFile: file(token) }), endpointUrl: silentAws.url },
      begun: () => silentAws.waitForCall(() => true),
    },
  ],
})
