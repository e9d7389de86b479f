/**
 * The forms in which a secret could stand in a text: as it is, quoted for JSON or a URL, in hexadecimal, and in base64,
 * also in the middle of something longer that was encoded.
 */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const plain = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString('hex')]
  return [...new Set([...plain, ...base64Forms(bytes)])]
}

/** The secrets that stand in a text in any form. */
export function secretsIn(text: string, secrets: Iterable<string>): string[] {
  return [...secrets].filter(secret => formsOf(secret).some(form => text.includes(form)))
}

/** A byte takes part in up to two of base64's characters: those at both ends depend on what stands beside the secret. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap(offset => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const own = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
