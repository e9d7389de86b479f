import { type Credentials, VaultError } from '@aws-vault/plugin-sdk'
import { credentialVariables } from './variables.ts'

/** The forms in which credentials can be printed. */
export const FORMATS = ['env', 'export-env', 'json', 'ini', 'fish', 'powershell'] as const
export type Format = (typeof FORMATS)[number]

/** What is exported. */
export interface Exported {
  readonly profile: string
  readonly region?: string
  readonly credentials: Credentials
}

/**
 * The text for one format, without a final line end. Values are quoted for the shell that will read them.
 * @throws VaultError ERR_EXPORT_VALUE, see {@link iniSection}
 */
export function formatCredentials(format: Format, exported: Exported): string {
  switch (format) {
    case 'json':
      return credentialProcessJson(exported.credentials)
    case 'ini':
      return iniSection(exported)
    default:
      return Object.entries(credentialVariables(exported.credentials, exported.region))
        .map(([name, value]) => assignment[format](name, value))
        .join('\n')
  }
}

/** How a variable is set, in the words of each reader. */
export const assignment: Record<Exclude<Format, 'json' | 'ini'>, (name: string, value: string) => string> = {
  env: (name, value) => `${name}=${quotePosix(value)}`,
  'export-env': (name, value) => `export ${name}=${quotePosix(value)}`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
  powershell: (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
}

/** Quoted for a POSIX shell where it must be; plain where it may be, so that env files for other tools stay literal. */
const quotePosix = (value: string): string =>
  /^[\w./:=+@%,-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`

/** The answer of a `credential_process`, version 1, as the AWS SDKs read it. */
export function credentialProcessJson({ accessKeyId, secretAccessKey, sessionToken, expiration }: Credentials): string {
  return JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    ...(sessionToken === undefined ? {} : { SessionToken: sessionToken }),
    ...(expiration === undefined ? {} : { Expiration: formatExpiration(expiration) }),
  })
}

/**
 * A section of a shared credentials file; the section bears the profile's name alone. AWS's readers take a value as it
 * stands, from the first equals sign to the end of the line: what other writers of ini files put in quotes (any value
 * with an equals sign, such as most session tokens) would be read with its quotes.
 * @throws VaultError ERR_EXPORT_VALUE when a value would not be read back as it is
 */
function iniSection({ profile, region, credentials }: Exported): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
  const keys = {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    ...(sessionToken === undefined ? {} : { aws_session_token: sessionToken }),
    ...(expiration === undefined ? {} : { aws_credential_expiration: formatExpiration(expiration) }),
    ...(region === undefined ? {} : { region }),
  }
  const broken = Object.entries(keys).find(([, value]) => /[\r\n]|\s[#;]|^\s|\s$/.test(value))
  if (broken !== undefined) {
    throw new VaultError('ERR_EXPORT_VALUE', `${broken[0]} of profile "${profile}" cannot stand in an ini file`, {
      hint: 'use another --format',
      facts: { profile, key: broken[0] },
    })
  }
  return [`[${profile}]`, ...Object.entries(keys).map(([name, value]) => `${name}=${value}`)].join('\n')
}

/** UTC, to the second, with a `Z`. */
const formatExpiration = (expiration: Date): string => `${expiration.toISOString().slice(0, 19)}Z`
