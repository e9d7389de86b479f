import { parseDuration } from '../aws-config/values.ts'

const DAY = 86_400

/**
 * An age in seconds: `90d`, or as durations are written.
 * @throws VaultError ERR_CONFIG_VALUE naming the flag
 */
export function parseAge(text: string, flag: string): number {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? []
  return days === undefined ? parseDuration(text, { name: flag, origin: { kind: 'flag', flag } }) : Number(days) * DAY
}
