/** Replaces every secret in a text that others wrote. A code is replaced only where it stands by itself. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(secret => secret !== '')
    .reduce((cleaned, secret) => {
      const isCode = /^\d+$/.test(secret)
      return isCode ? cleaned.replace(new RegExp(`\\b${secret}\\b`, 'g'), '***') : cleaned.replaceAll(secret, '***')
    }, text)
}

/** A message of AWS as the end of a sentence of ours: one line, no full stop. */
export function asClause(message: string): string {
  return message.replaceAll(/\s+/g, ' ').trim().replace(/\.+$/, '')
}

/** A length of time in words, to the unit that matters: `40 seconds`, `7 minutes`, `3 hours`, `2 days`. */
export function inWords(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
  ] as const
  const [unit, length] = units.find(([, size]) => seconds >= 2 * size) ?? (['second', 1] as const)
  const count = Math.round(seconds / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
