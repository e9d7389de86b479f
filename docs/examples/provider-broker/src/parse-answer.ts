import { type Credentials, VaultError } from '@aws-vault/plugin-sdk'

/**
 * The credentials in a broker's answer, which has to say when they end. Pure. No error repeats anything of the answer.
 * @param now milliseconds since 1970
 * @throws VaultError ERR_BROKER_ANSWER
 */
export function parseAnswer(text: string, host: string, now: number): Credentials {
  const refused = (why: string) => new VaultError('ERR_BROKER_ANSWER', `${host} gave an answer that ${why}`)
  let json: Record<string, unknown>
  try {
    json = Object(JSON.parse(text))
  } catch {
    throw refused('is not JSON')
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = json
  const texts = [accessKeyId, secretAccessKey, sessionToken, expiration]
  if (!texts.every(value => typeof value === 'string' && value !== '')) throw refused('lacks a part of a session')
  const end = new Date(String(expiration))
  if (Number.isNaN(end.getTime())) throw refused('has no date as its expiration')
  if (end.getTime() <= now) throw refused('has expired already')
  return {
    accessKeyId: String(accessKeyId),
    secretAccessKey: String(secretAccessKey),
    sessionToken: String(sessionToken),
    expiration: end,
  }
}
