import { type Credentials, VaultError } from '@aws-vault/plugin-sdk'

/** A time as RFC 3339 has it, with its zone: without one, nobody knows when it is. */
const time = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/

/** What can stand in a header of HTTP, where all of it ends up. */
const printable = /^[\x21-\x7e]+$/

/**
 * The credentials that a `credential_process` printed, in version 1 of its format. Of its members, `Version`,
 * `AccessKeyId` and `SecretAccessKey` are needed; those that we do not know are skipped.
 * @param now milliseconds since 1970
 * @throws VaultError ERR_COMMAND_OUTPUT for anything else, ERR_COMMAND_EXPIRED for credentials that are good no more;
 *   nothing of the output is in it but its version and its time
 */
export function parseProcessOutput(output: string, profile: string, now: number): Credentials {
  const wrong = (what: string): VaultError =>
    new VaultError('ERR_COMMAND_OUTPUT', `the credential_process of profile "${profile}" ${what}`, {
      hint: 'it has to print {"Version": 1, "AccessKeyId": "...", "SecretAccessKey": "...", "SessionToken": "...", "Expiration": "..."}',
      facts: { profile },
    })
  const members = parseObject(output)
  if (members === undefined) {
    throw wrong(output.trim() === '' ? 'printed nothing' : 'did not print one JSON object and nothing else')
  }
  const { Version: version } = members
  if (version !== 1) {
    const shown = typeof version === 'number' ? `"Version": ${version}` : 'no "Version" that is a number'
    throw wrong(`printed ${shown}; it has to be 1`)
  }
  const text = (name: string): string | undefined => {
    const value = members[name] ?? ''
    if (value === '') return undefined
    if (typeof value === 'string' && printable.test(value)) return value
    throw wrong(`printed "${name}" that is none`)
  }
  const [accessKeyId, secretAccessKey] = [text('AccessKeyId'), text('SecretAccessKey')]
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw wrong(`printed no "${accessKeyId === undefined ? 'AccessKeyId' : 'SecretAccessKey'}"`)
  }
  const sessionToken = text('SessionToken')
  const expiration = parseTime(members.Expiration ?? '')
  if (expiration === 'none') {
    throw wrong('printed "Expiration" that is no time with a zone, such as 2030-01-02T03:04:05Z')
  }
  if (expiration !== undefined && expiration.getTime() <= now) throw expiredError(profile, expiration)
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(expiration !== undefined && { expiration }),
  }
}

function parseObject(output: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(output.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function parseTime(value: unknown): Date | 'none' | undefined {
  if (value === '') return undefined
  if (typeof value !== 'string' || !time.test(value)) return 'none'
  const date = new Date(value.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
  return Number.isNaN(date.getTime()) ? 'none' : date
}

function expiredError(profile: string, expiration: Date): VaultError {
  const when = expiration.toISOString()
  return new VaultError(
    'ERR_COMMAND_EXPIRED',
    `the credential_process of profile "${profile}" printed credentials that expired at ${when}`,
    {
      hint: 'sign in again where it gets them from; if they are new, check the clock of this computer',
      facts: { profile, expiration: when },
    },
  )
}
