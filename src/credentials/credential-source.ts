import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin } from '../aws-config/origin.ts'
import type { Profile } from '../aws-config/profile.ts'
import { refusedValue } from './refused-value.ts'

/** What AWS's values of `credential_source` mean, and what to do instead. */
const SOURCES: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  environment: [
    'the keys in the environment, and AWS Vault is there so that none lie there',
    'store them with: aws-vault add PROFILE --env, and name that profile as the source_profile',
  ],
  ecscontainer: [
    'the role of the container that a program runs in, which needs no keyring',
    'run the program there without aws-vault: every AWS SDK finds that role by itself',
  ],
  ec2instancemetadata: [
    'the role of the EC2 instance that a program runs on, which needs no keyring',
    'run the program there without aws-vault: every AWS SDK finds that role by itself',
  ],
}

/**
 * Refuses `credential_source`, by which a profile takes the credentials of the machine that it is used on.
 * @throws VaultError ERR_PLAN_UNSUPPORTED if the profile has it, ERR_CONFIG_VALUE if its value is none of AWS's
 */
export function refuseCredentialSource(profile: Profile): undefined {
  const setting = profile.get('credential_source')
  if (setting === undefined) return undefined
  const { value, origin } = setting
  const known = SOURCES[value.toLowerCase()]
  if (known === undefined) {
    throw refusedValue(
      'credential_source',
      origin,
      'is not valid: expected Environment, EcsContainer or Ec2InstanceMetadata',
    )
  }
  const [what, hint] = known
  throw new VaultError(
    'ERR_PLAN_UNSUPPORTED',
    `credential_source = ${value} of profile "${profile.name}" (${describeOrigin(origin)}) stands for ${what}`,
    { facts: { profile: profile.name, key: 'credential_source', origin }, hint },
  )
}
