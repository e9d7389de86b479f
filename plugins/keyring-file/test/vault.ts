import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keyring } from '@aws-vault/plugin-sdk'
import { type TestContext, type TestContextOptions, testContext } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'

/** Few rounds, so that tests are quick. */
export const workFactor = 1000

export interface TestDirectory extends Disposable {
  readonly path: string
}

/** A new empty directory, removed at the end of the block that it is declared in with `using`. */
export function makeDirectory(): TestDirectory {
  const path = mkdtempSync(join(tmpdir(), 'keyring-file-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Opens the vault in `dir`, with `passphrase` given or, if that is undefined, asked for. */
export async function openVault(
  dir: string,
  passphrase: string | undefined,
  options: TestContextOptions = {},
): Promise<Keyring & { readonly context: TestContext }> {
  const context = testContext({ ...options, options: { workFactor, dir, passphrase, ...options.options } })
  return Object.assign(await backend.open(context), { context })
}
