import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChildEnvironmentInput, childEnvironment } from './child-environment.ts'

function environment(input: Partial<ChildEnvironmentInput>): Record<string, string> {
  return childEnvironment({
    inherited: {},
    profile: 'dev',
    exposed: {},
    secretVariables: [],
    platform: 'linux',
    ...input,
  })
}

const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_FILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_PROFILE',
  'AWS_SDK_LOAD_CONFIG',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_SESSION_EXPIRATION',
  'AWS_CREDENTIAL_SCOPE',
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_EC2_METADATA_V1_DISABLED',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_BEARER_TOKEN_BEDROCK',
]

for (const name of credentialVariables) {
  test(`${name} is not handed on`, () => {
    assert.deepEqual(environment({ inherited: { [name]: 'old', HOME: '/home/alice' } }), {
      HOME: '/home/alice',
      AWS_VAULT: 'dev',
    })
  })

  test(`${name} is handed on when the exposure sets it`, () => {
    assert.equal(environment({ inherited: { [name]: 'old' }, exposed: { [name]: 'new' } })[name], 'new')
  })
}

const kept = [
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ENDPOINT_URL',
  'AWS_CA_BUNDLE',
  'AWS_ACCOUNT_ID',
  'AWS_VAULT_BACKEND',
  'PATH',
  'BASH_FUNC_greet%%',
  '__proto__',
]

for (const name of kept) {
  test(`${name} is handed on`, () => {
    const inherited = Object.fromEntries([[name, 'as it was']])
    assert.deepEqual(Object.entries(environment({ inherited })), [
      [name, 'as it was'],
      ['AWS_VAULT', 'dev'],
    ])
  })
}

test('secrets of parts are not handed on', () => {
  assert.deepEqual(
    environment({
      inherited: { AWS_VAULT_FILE_PASSPHRASE: 'open sesame', AWS_VAULT_FILE_DIR: '/keys' },
      secretVariables: ['AWS_VAULT_FILE_PASSPHRASE'],
    }),
    { AWS_VAULT_FILE_DIR: '/keys', AWS_VAULT: 'dev' },
  )
})

test('AWS_VAULT is the profile, also inside of another one', () => {
  assert.deepEqual(environment({ inherited: { AWS_VAULT: 'outer' } }), { AWS_VAULT: 'dev' })
})

test('a known region is set in both variables', () => {
  assert.deepEqual(environment({ inherited: { AWS_DEFAULT_REGION: 'us-east-1' }, region: 'eu-central-1' }), {
    AWS_VAULT: 'dev',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
  })
})

test('without a region the inherited one stays', () => {
  assert.deepEqual(environment({ inherited: { AWS_REGION: 'us-east-1' } }), {
    AWS_REGION: 'us-east-1',
    AWS_VAULT: 'dev',
  })
})

test('on Windows names are compared without regard to case', () => {
  assert.deepEqual(
    environment({
      inherited: { aws_profile: 'x', Aws_Region: 'us-east-1', aws_vault: 'outer', secret_word: 'y', Path: 'C:\\' },
      region: 'eu-central-1',
      secretVariables: ['SECRET_WORD'],
      platform: 'win32',
    }),
    { Path: 'C:\\', AWS_VAULT: 'dev', AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-central-1' },
  )
})

test('elsewhere a name in other letters is another variable', () => {
  assert.deepEqual(environment({ inherited: { aws_profile: 'x' } }), { aws_profile: 'x', AWS_VAULT: 'dev' })
})
