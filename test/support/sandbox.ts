import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LocalAws } from '../local-aws/index.ts'
import { secretsIn } from './secret-forms.ts'

const root = join(import.meta.dirname, '..', '..')

/** The program as users start it. */
export const RUN: string = join(root, 'bin', 'run.js')

/** AWS's documentation examples; the only keys in these tests. */
export const KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const

/** Another pair of the documentation. */
export const OTHER_KEYS = {
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
} as const

export const PASSPHRASE = 'correct horse battery staple'

/** Milliseconds after which a run that does not end is ended, so that its test fails instead of waiting for ever. */
const patience = 180_000

/** How a run ended and what a user saw of it. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Added to the sandbox's environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string | Uint8Array
  /** The home directory if absent. */
  readonly cwd?: string
}

/**
 * A home directory of its own, and the program started in it. Whatever the program prints is looked through for secrets,
 * in every run; what `export` and `login`, and a program under `exec`, write to stdout is not.
 */
export class Sandbox implements Disposable {
  readonly home: string = mkdtempSync(join(tmpdir(), 'aws-vault-test-'))
  readonly env: Record<string, string> = {
    HOME: this.home,
    PATH: process.env.PATH ?? '',
    LANG: 'C.UTF-8',
    AWS_VAULT_BACKEND: 'file',
    AWS_VAULT_FILE_PASSPHRASE: PASSPHRASE,
    // Quick to open, and no process that outlives a test.
    AWS_VAULT_FILE_WORK_FACTOR: '8192',
    AWS_VAULT_FILE_AGENT: 'false',
  }
  /** What must not stand in any output, beside the secrets of AWS. */
  readonly secrets: Set<string> = new Set([PASSPHRASE, KEYS.secretAccessKey, OTHER_KEYS.secretAccessKey])
  #aws: LocalAws | undefined

  /** The directory in which the file keyring has its items. */
  get vault(): string {
    return join(this.home, '.awsvault', 'keys')
  }

  /** Every file of the vault by its name, with its content. */
  vaultFiles(): Record<string, string> {
    const names = readdirSync(this.vault).sort()
    return Object.fromEntries(names.map(name => [name, readFileSync(join(this.vault, name), 'latin1')]))
  }

  /** Puts a vault that the Go tool wrote in place: a directory in test/fixtures/file-vaults. */
  useVault(name: string, passphrase: string): void {
    cpSync(join(root, 'test', 'fixtures', 'file-vaults', name), this.vault, { recursive: true })
    this.env.AWS_VAULT_FILE_PASSPHRASE = passphrase
    if (passphrase !== '') this.secrets.add(passphrase)
  }

  /** Lets the program talk to a local AWS. */
  useAws(aws: LocalAws): void {
    this.#aws = aws
    this.env.AWS_ENDPOINT_URL_STS = aws.url
  }

  /** The path of a file below the home directory. */
  path(path: string): string {
    return join(this.home, path)
  }

  /** Writes a file below the home directory. */
  write(path: string, text: string | Uint8Array): string {
    const file = this.path(path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }

  /** Writes an executable file below the home directory. */
  script(path: string, text: string): string {
    const file = this.path(path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o755 })
    return file
  }

  /** The text of a file below the home directory. */
  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  /** Writes ~/.aws/config. */
  config(text: string): void {
    this.write('.aws/config', text)
  }

  /** Starts the program and leaves it running. */
  start(args: readonly string[], { env, input, cwd = this.home }: RunOptions = {}): Running {
    const child = spawn(process.execPath, [RUN, ...args], {
      cwd,
      env: this.environment(env),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // Without a controlling terminal, so that no test ever asks the person who runs the tests.
      detached: true,
    })
    // A program may end without having read all of it.
    child.stdin?.on('error', () => {}).end(input)
    return new Running(child, ended => this.assertNoSecret(args, ended))
  }

  /** Runs the program to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, options).ended
  }

  /** Runs the program to its end, which has to be a good one. */
  async ok(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const ended = await this.run(args, options)
    assert.deepEqual({ code: ended.code, signal: ended.signal }, { code: 0, signal: null }, `${args}: ${ended.stderr}`)
    return ended
  }

  /** Runs the program to its end, which has to be a failure of its own: an exit code, and words on stderr. */
  async fails(args: readonly string[], code = 1, options: RunOptions = {}): Promise<Ended> {
    const ended = await this.run(args, options)
    assert.deepEqual({ code: ended.code, signal: ended.signal }, { code, signal: null }, `${args}: ${ended.stderr}`)
    assert.match(ended.stderr, /^aws-vault: [^\n]+/m)
    assert.doesNotMatch(ended.stderr, /^ +at /m, 'a stack trace was shown')
    return ended
  }

  /** The environment that a program sees under `exec`; `args` are what stands before the program. */
  async environmentUnder(args: readonly string[], options: RunOptions = {}): Promise<Record<string, string>> {
    const { stdout } = await this.ok(['exec', ...args, '--', 'env', '-0'], options)
    const lines = stdout.split('\0').filter(line => line !== '')
    return Object.fromEntries(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
  }

  /** The access key id that a program gets under `exec`. */
  async accessKeyIdUnder(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { AWS_ACCESS_KEY_ID = '' } = await this.environmentUnder(args, options)
    return AWS_ACCESS_KEY_ID
  }

  /** Stores the example keys for a profile. */
  async add(profile: string, keys: { accessKeyId: string; secretAccessKey: string } = KEYS): Promise<Ended> {
    return this.ok(['add', profile, '--env'], {
      env: { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey },
    })
  }

  /** The whole environment of a run. */
  environment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
    const merged = Object.entries({ ...this.env, ...more }).filter(([, value]) => value !== undefined)
    return Object.fromEntries(merged) as NodeJS.ProcessEnv
  }

  /** @throws AssertionError when a secret stands where none may stand, without repeating it */
  assertNoSecret([command = '', ...args]: readonly string[], { stdout, stderr }: Ended): void {
    const secrets = new Set([...this.secrets, ...(this.#aws?.secrets() ?? [])])
    const shown = ['export', 'exec', 'login'].includes(command) ? stderr : stdout + stderr
    const found = secretsIn(shown, secrets)
    if (found.length === 0) return
    const clean = found.reduce((text, secret) => text.replaceAll(secret, '<SECRET>'), shown)
    assert.fail(`${found.length} secrets stand in the output of ${[command, ...args].join(' ')}: ${clean}`)
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}

/** The program while it runs. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  #stdout = ''
  #stderr = ''
  readonly #watchers = new Set<() => void>()

  /** @param check looks at how it ended, and throws when that is not right */
  constructor(child: ChildProcess, check: (ended: Ended) => void = () => {}) {
    this.child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#saw('stdout', text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#saw('stderr', text))
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }))
    })
    const deadline = setTimeout(() => child.kill('SIGKILL'), patience)
    this.ended = ended.then(how => {
      clearTimeout(deadline)
      check(how)
      return how
    })
    // Whoever waits for the end hears of a failure; who does not yet must not end the test run.
    this.ended.catch(() => {})
  }

  /** What it wrote to stdout so far. */
  get stdout(): string {
    return this.#stdout
  }

  /** What it wrote to stderr so far. */
  get stderr(): string {
    return this.#stderr
  }

  /** Resolves when the output so far matches. Rejects when the program ends before. */
  async sees(pattern: RegExp): Promise<void> {
    const found = new Promise<void>(resolve => {
      const look = (): void => {
        if (pattern.test(this.#stdout + this.#stderr)) resolve()
      }
      this.#watchers.add(look)
      look()
    })
    const early = this.ended.then(({ stdout, stderr }) => {
      if (!pattern.test(stdout + stderr)) throw new Error(`ended without ${pattern}: ${stdout}${stderr}`)
    })
    await Promise.race([found, early])
  }

  /** Sends a signal, and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }

  #saw(stream: 'stdout' | 'stderr', text: string): void {
    if (stream === 'stdout') this.#stdout += text
    else this.#stderr += text
    for (const look of this.#watchers) look()
  }
}
