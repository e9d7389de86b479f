import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Credentials } from '../credentials.ts'
import { isVaultError } from '../errors.ts'

/** What nobody may see of credentials. */
export function secretsOf(credentials: Credentials | undefined): string[] {
  return [credentials?.secretAccessKey, credentials?.sessionToken].filter(secret => secret !== undefined)
}

/** All text that a user or a bug report gets to see of an error: messages, hints, facts and stacks, down the causes. */
export function shownBy(error: unknown): string {
  const own = isVaultError(error) ? `${error.code} ${error.message} ${error.hint} ${JSON.stringify(error.facts)}\n` : ''
  const beneath = error instanceof Error && error.cause !== undefined ? shownBy(error.cause) : ''
  return own + inspect(error) + beneath
}

/** @throws AssertionError when one of the secrets stands in one of the texts; the error does not repeat it */
export function assertNoSecret(secrets: readonly string[], texts: readonly string[], where: string): void {
  for (const text of texts) {
    const found = secrets.find(secret => secret !== '' && text.includes(secret))
    assert.equal(
      found === undefined,
      true,
      `a secret stands in ${where}: ${found && text.replaceAll(found, '<SECRET>')}`,
    )
  }
}
