import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whom the entries of these tests are encrypted for. */
export const OWNER = 'vault@example.com'

/** A gpg of its own: keys, agent and configuration. */
export interface GpgHome extends Disposable {
  readonly path: string
  /** The environment in which programs use it. */
  readonly environment: Record<string, string>
  gpg(...args: string[]): string
  /** Adds lines to gpg.conf or gpg-agent.conf, for an agent that is started anew. */
  configure(file: 'gpg.conf' | 'gpg-agent.conf', ...lines: string[]): void
  /** Lets a script answer in the place of the window that asks for the passphrase; see {@link pinentry}. */
  pinentry(answer: string): void
}

/** Makes one, with a key for {@link OWNER}, under a passphrase if one is given. */
export function makeGpgHome(passphrase = ''): GpgHome {
  // Short: the path of the agent's socket may have about a hundred characters.
  const path = mkdtempSync(join(tmpdir(), 'gpg-'))
  const environment = { PATH: process.env.PATH ?? '', HOME: path, GNUPGHOME: join(path, 'g'), LANG: 'C.UTF-8' }
  mkdirSync(environment.GNUPGHOME, { mode: 0o700 })
  const run = (program: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, args, { env: environment, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  const home: GpgHome = {
    path,
    environment,
    gpg: (...args) => run('gpg', '--batch', '--quiet', ...args),
    configure(file, ...lines) {
      appendFileSync(join(environment.GNUPGHOME, file), lines.map(line => `${line}\n`).join(''))
      run('gpgconf', '--kill', 'all')
    },
    pinentry(answer) {
      const script = join(path, 'pinentry')
      writeFileSync(script, `#!/bin/sh\necho OK\nwhile read -r command rest; do\n${pinentry(answer)}\ndone\n`, {
        mode: 0o755,
      })
      home.configure('gpg-agent.conf', `pinentry-program ${script}`)
    },
    [Symbol.dispose]() {
      run('gpgconf', '--kill', 'all')
      rmSync(path, { recursive: true, force: true })
    },
  }
  home.gpg(
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    passphrase,
    '--quick-generate-key',
    OWNER,
    'ed25519',
    'default',
    'never',
  )
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(home.gpg('--list-keys', '--with-colons', OWNER))?.[1] ?? ''
  home.gpg(
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    passphrase,
    '--quick-add-key',
    fingerprint,
    'cv25519',
    'encr',
    'never',
  )
  // The agent remembers what it was just told.
  run('gpgconf', '--kill', 'all')
  return home
}

/**
 * The Assuan protocol as far as a pinentry needs it. `answer` is what it says when it shall ask: `D secret`, `ERR ...`;
 * with `HANG FILE` it makes a file and says nothing more.
 */
function pinentry(answer: string): string {
  return `case $command in
  GETPIN) ${answer.startsWith('HANG ') ? `echo > ${answer.slice(5)}; exec cat > /dev/null` : `echo "${answer}"`}
    case "${answer}" in D*) echo OK;; esac;;
  BYE) echo OK; exit;;
  *) echo OK;;
esac`
}

/** Why there is no real gpg and pass here; `undefined` when there is. A failure on CI, where both are installed. */
export function whyNoPass(program = 'pass'): string | undefined {
  const missing = ['gpg', 'gpgconf', program].filter(name => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0)
  if (missing.length === 0) return undefined
  if (process.env.CI === 'true') throw new Error(`${missing.join(', ')} must be installed on CI`)
  return `${missing.join(', ')} is not installed`
}
