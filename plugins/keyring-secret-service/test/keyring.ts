import type { Keyring } from '@aws-vault/plugin-sdk'
import { type TestContext, type TestContextOptions, testContext } from '@aws-vault/plugin-sdk/testkit'
import { SecretServiceKeyring } from '../src/secret-service-keyring.ts'

export interface OpenOptions extends TestContextOptions {
  readonly collection?: string
  /** Milliseconds. */
  readonly patience?: number
}

/** A keyring on that bus, and the context that it was opened in. */
export function openKeyring(
  sessionBus: string | undefined,
  { collection = 'awsvault', patience, ...options }: OpenOptions = {},
): Keyring & { readonly context: TestContext } {
  const context = testContext({ ...options, sessionBus })
  return Object.assign(new SecretServiceKeyring(collection, context, patience), { context })
}
