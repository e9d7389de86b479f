import type { AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts'
import { type CredentialStep, type JsonValue, VaultError } from '@aws-vault/plugin-sdk'

/** Where the token comes from. */
export type TokenOrigin = { readonly file: string } | { readonly command: string }

/** What a step's parameters say. */
export interface Parameters {
  /** What the call is told, all but the token and how long. */
  readonly input: Omit<AssumeRoleWithWebIdentityCommandInput, 'RoleSessionName' | 'WebIdentityToken'> & {
    readonly RoleSessionName: string | undefined
  }
  readonly origin: TokenOrigin
}

/** @throws VaultError ERR_PROVIDER_PARAMETER when one is missing or of another type than it should be */
export function readParameters({ parameters, profile }: CredentialStep): Parameters {
  const wrong = (message: string): VaultError =>
    new VaultError('ERR_PROVIDER_PARAMETER', message, { facts: { profile } })
  const read = <T>(name: string, type: string, test: (value: JsonValue) => boolean): T | undefined => {
    const value = parameters[name]
    if (value === undefined || test(value)) return value as T | undefined
    throw wrong(`the parameter "${name}" of a web identity of profile "${profile}" is not ${type}`)
  }
  const text = (name: string): string | undefined => read<string>(name, 'text', isText)
  const RoleArn = text('roleArn')
  if (RoleArn === undefined) throw wrong(`profile "${profile}" says no role to assume with its web identity`)
  const [file, command] = [text('tokenFile'), text('tokenProcess')]
  if (file === undefined && command === undefined) {
    throw wrong(`profile "${profile}" says neither a file nor a process that its web identity token comes from`)
  }
  const policyArns = read<string[]>('policyArns', 'a list of texts', it => Array.isArray(it) && it.every(isText))
  return {
    input: {
      RoleArn,
      RoleSessionName: text('roleSessionName'),
      Policy: text('policy'),
      PolicyArns: policyArns?.map(arn => ({ arn })),
    },
    origin: file === undefined ? { command: command ?? '' } : { file },
  }
}

function isText(value: JsonValue): boolean {
  return typeof value === 'string' && value !== ''
}
