import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A session bus of its own, with a gnome-keyring-daemon or without. */
export interface Desktop extends AsyncDisposable {
  /** Variables that lead programs to it. */
  readonly env: Readonly<Record<string, string>>
  /** The daemon, to be stopped and continued. */
  readonly daemon: ChildProcess | undefined
}

/**
 * Starts a private session bus, and on it a gnome-keyring-daemon with an unlocked login keyring of its own.
 * @param home of an earlier desktop: its keyring is there, and locked if `password` is null
 */
export async function startDesktop({
  keyring = true,
  password = 'hunter2',
  home: given,
}: {
  readonly keyring?: boolean
  readonly password?: string | null
  readonly home?: string
} = {}): Promise<Desktop> {
  const home = given ?? makeHome()
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_DATA_HOME: join(home, 'data'),
    LANG: 'C.UTF-8',
  }
  const config = join(home, 'bus.conf')
  writeFileSync(config, busConfig)
  const bus = spawn('dbus-daemon', ['--config-file', config, '--nofork', '--nopidfile', '--print-address=1'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const address = await firstLine(bus)
  env.DBUS_SESSION_BUS_ADDRESS = address
  let daemon: ChildProcess | undefined
  if (keyring) {
    const mode = password === null ? [] : ['--unlock']
    daemon = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...mode], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    daemon.stdin?.end(password ?? '')
    await ownsName(env)
  }
  return {
    env,
    daemon,
    async [Symbol.asyncDispose]() {
      daemon?.kill('SIGKILL')
      bus.kill('SIGKILL')
      if (given === undefined) rmSync(home, { recursive: true, force: true })
    },
  }
}

/** A session bus that starts nothing by itself: nothing runs there but what is started here. */
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

/** A home for a desktop. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'aws-vault-desktop-'))
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  return home
}

/** Why these tests cannot be run; `false` if they can. On CI they have to be. */
export function missing(): string | false {
  const programs = ['dbus-daemon', 'gnome-keyring-daemon', 'dbus-send'].filter(
    program => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
  )
  if (programs.length > 0 && !process.env.CI) return `${programs.join(', ')} not installed`
  try {
    createRequire(import.meta.url)('keytar')
  } catch (error) {
    if (!process.env.CI) return `keytar cannot be loaded: ${(error as Error).message.split('\n')[0]}`
  }
  return false
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout?.setEncoding('utf8')
  while (!text.includes('\n')) {
    const [chunk] = await Promise.race([
      once(child.stdout as NonNullable<typeof child.stdout>, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('the bus ended'))),
    ])
    text += chunk
  }
  return text.slice(0, text.indexOf('\n'))
}

/** Resolves when the daemon has taken its name on the bus, as the bus tells it. */
async function ownsName(env: NodeJS.ProcessEnv): Promise<void> {
  const hasOwner = (): boolean =>
    spawnSync(
      'dbus-send',
      [
        '--session',
        '--dest=org.freedesktop.DBus',
        '--print-reply',
        '/',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      ],
      { env, encoding: 'utf8' },
    ).stdout.includes('boolean true')
  const until = Date.now() + 20_000
  while (!hasOwner()) {
    if (Date.now() > until) throw new Error('gnome-keyring-daemon did not come up')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
