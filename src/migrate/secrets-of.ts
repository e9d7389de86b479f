import type { Item } from '@aws-vault/plugin-sdk'

/** Shorter texts in an item are names and flags. */
const shortest = 16

/** The texts in an item that may be secrets, whatever kind of item it is, so that no error of a keyring can show them. Pure. */
export function secretsOf({ data }: Item): string[] {
  const text = Buffer.from(data).toString('utf8')
  const found: string[] = []
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string' && value.length >= shortest && !isPublic.test(value)) found.push(value)
      return value
    })
  } catch {
    found.push(text)
  }
  return found
}

/** IDs of keys, ARNs, addresses and times are in everybody's messages. */
const isPublic = /^(?:A[KS]IA[A-Z0-9]+|arn:.*|https?:.*|\d{4}-\d\d-\d\dT.*)$/s
