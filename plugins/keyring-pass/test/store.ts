import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keyring } from '@aws-vault/plugin-sdk'
import { type TestContext, type TestContextOptions, testContext } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { type GpgHome, OWNER } from './gpg-home.ts'

/** A new password store below a gpg's home. */
export function makeStore(home: GpgHome, { id = OWNER, git = false } = {}): string {
  const directory = join(home.path, crypto.randomUUID())
  mkdirSync(directory, { mode: 0o700 })
  writeFileSync(join(directory, '.gpg-id'), `${id}\n`)
  if (git) {
    run(home, 'git', ['config', '--global', 'user.name', 'Tester'])
    run(home, 'git', ['config', '--global', 'user.email', OWNER])
    run(home, 'git', ['init', '--quiet', directory])
    run(home, 'git', ['-C', directory, 'add', '.gpg-id'])
    run(home, 'git', ['-C', directory, 'commit', '--quiet', '-m', 'Begin'])
  }
  return directory
}

/** Runs a program of its own, as a user would: what it writes to stdout. */
export function run(home: GpgHome, program: string, args: readonly string[], input = '', directory?: string): string {
  const env = { ...home.environment, ...(directory === undefined ? {} : { PASSWORD_STORE_DIR: directory }) }
  const { status, stdout, stderr } = spawnSync(program, args, { env, input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** Opens the keyring on a store. */
export async function openStore(
  home: GpgHome,
  dir: string,
  { options, ...rest }: TestContextOptions = {},
): Promise<Keyring & { readonly context: TestContext }> {
  const context = testContext({
    programEnvironment: home.environment,
    ...rest,
    options: { dir, prefix: 'aws-vault', ...options },
  })
  return Object.assign(await backend.open(context), { context })
}
