import { type Credentials, VaultError } from '@aws-vault/plugin-sdk'

/**
 * The credentials in the text of a file. Pure. What it says when they are none holds nothing of the text: it is secret.
 * @param now milliseconds since 1970
 */
export function parseCredentials(text: string, file: string, now: number): Credentials {
  const refused = (why: string) =>
    new VaultError('ERR_{{CODE}}_CONTENT', `${file} ${why}`, { hint: 'write it anew', facts: { file } })
  let json: Record<string, unknown>
  try {
    json = Object(JSON.parse(text))
  } catch {
    throw refused('is not JSON')
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = json
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') {
    throw refused('has no accessKeyId or no secretAccessKey')
  }
  if (typeof sessionToken !== 'string') return { accessKeyId, secretAccessKey }
  const end = new Date(String(expiration))
  if (Number.isNaN(end.getTime())) throw refused('has a sessionToken, and no expiration that is a date')
  if (end.getTime() <= now) throw refused(`has credentials that have expired at ${end.toISOString()}`)
  return { accessKeyId, secretAccessKey, sessionToken, expiration: end }
}
