import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts'
import { type CredentialStep, type JsonValue, VaultError } from '@aws-vault/plugin-sdk'

/**
 * What AssumeRole is told by a step's parameters, all but who, where and how long.
 * @throws VaultError ERR_PROVIDER_PARAMETER when one is missing or of another type than it should be
 */
export function assumeRoleInput({ parameters, profile }: CredentialStep): AssumeRoleCommandInput {
  const read = <T>(name: string, type: string, test: (value: JsonValue) => boolean): T | undefined => {
    const value = parameters[name]
    if (value === undefined || test(value)) {
      return value as T | undefined
    }
    throw wrong(`the parameter "${name}" of a role of profile "${profile}" is not ${type}`, profile)
  }
  const text = (name: string): string | undefined => read<string>(name, 'text', isText)
  const texts = (name: string): string[] | undefined =>
    read<string[]>(name, 'a list of texts', value => Array.isArray(value) && value.every(isText))
  const tags = read<Record<string, string>>('sessionTags', 'an object of texts', isTextObject)
  const RoleArn = text('roleArn')
  if (RoleArn === undefined) {
    throw wrong(`profile "${profile}" says no role to assume`, profile)
  }
  return {
    RoleArn,
    RoleSessionName: text('roleSessionName'),
    ExternalId: text('externalId'),
    SourceIdentity: text('sourceIdentity'),
    Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    TransitiveTagKeys: texts('transitiveTagKeys'),
    Policy: text('policy'),
    PolicyArns: texts('policyArns')?.map(arn => ({ arn })),
  }
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string'
}

function isTextObject(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText)
}

function wrong(message: string, profile: string): VaultError {
  return new VaultError('ERR_PROVIDER_PARAMETER', message, { facts: { profile } })
}
