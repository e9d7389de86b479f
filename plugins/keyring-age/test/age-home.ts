import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Keyring } from '@aws-vault/plugin-sdk'
import { type TestContext, type TestContextOptions, testContext } from '@aws-vault/plugin-sdk/testkit'
import { spawn } from '@lydell/node-pty'
import backend from '../src/index.ts'

/** Identities of age, and a directory for items. */
export interface AgeHome extends Disposable {
  readonly path: string
  readonly dir: string
  readonly recipients: string
  readonly identity: string
  /** Makes another identity, and makes it a recipient unless told not to. The passphrase is for SSH keys. Returns its file. */
  addIdentity(kind: 'age' | 'ssh', options?: { passphrase?: string; recipient?: boolean }): string
}

/** Why these tests cannot run. @throws Error on CI, where that is a failure */
export function whyNoAge(): string | undefined {
  const missing = ['age', 'age-keygen', 'ssh-keygen'].filter(
    name => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  )
  if (missing.length === 0) return undefined
  if (process.env.CI === 'true') throw new Error(`${missing.join(', ')} must be installed on CI`)
  return `${missing.join(', ')} is not installed`
}

/** Makes one. */
export function makeAgeHome(): AgeHome {
  const path = mkdtempSync(join(tmpdir(), 'age-'))
  const recipients = join(path, 'recipients.txt')
  const addIdentity: AgeHome['addIdentity'] = (kind, { passphrase = '', recipient = true } = {}) => {
    const file = join(path, crypto.randomUUID())
    if (kind === 'age') {
      run('age-keygen', ['-o', file])
      if (recipient) appendFileSync(recipients, run('age-keygen', ['-y', file]))
      return file
    }
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', file])
    if (recipient) appendFileSync(recipients, readFileSync(`${file}.pub`))
    return file
  }
  return {
    path,
    dir: join(path, 'vault'),
    recipients,
    identity: addIdentity('age'),
    addIdentity,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Opens the keyring. */
export async function openHome(
  home: AgeHome,
  { options, ...rest }: TestContextOptions = {},
): Promise<Keyring & { readonly context: TestContext }> {
  const { dir, recipients, identity } = home
  const context = testContext({ ...rest, options: { dir, recipients, identity, ...options } })
  return Object.assign(await backend.open(context), { context })
}

/** Runs a program as a user would: what it writes to stdout. */
export function run(file: string, args: readonly string[], input: string | Uint8Array = ''): string {
  const { status, stdout, stderr } = spawnSync(file, args, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** What came of a program on a terminal. */
export interface OnTerminal {
  readonly code: number
  readonly screen: string
  /** How often it asked for a passphrase. */
  readonly questions: number
}

/** Runs a program on a terminal of its own, where one of these lines is typed each time it asks for a passphrase. */
export function onTerminal(
  file: string,
  args: readonly string[],
  typed: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<OnTerminal> {
  return new Promise(resolve => {
    const terminal = spawn(file, [...args], { ...options, cols: 200 })
    let screen = ''
    let questions = 0
    terminal.onData(text => {
      screen += text
      const asked = [...screen.matchAll(/passphrase[^\n]*: /gi)].length
      for (; questions < asked; questions++) terminal.write(`${typed[questions] ?? ''}\r`)
    })
    terminal.onExit(({ exitCode }) => resolve({ code: exitCode, screen, questions }))
  })
}

/** Puts an identity under a passphrase, as `age -p` does. Returns the new file. */
export async function protect(file: string, passphrase: string): Promise<string> {
  const target = `${file}.protected`
  const { screen } = await onTerminal('age', ['--passphrase', '--output', target, file], [passphrase, passphrase])
  if (!readFileSync(target, 'latin1').startsWith('age-encryption.org/')) throw new Error(screen)
  return target
}
