import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bus } from '@aws-vault/plugin-sdk/dbus'
import { missing } from './needs.ts'

/** Milliseconds after which what a daemon should do is taken for never coming. */
const PATIENCE = 20_000

export interface SessionBusOptions {
  /** Programs that the bus starts when their names are called: command lines by bus name. */
  readonly services?: Readonly<Record<string, string>>
  /** Added to the environment of the bus and of what it starts. */
  readonly env?: Readonly<Record<string, string>>
}

/** What a finished program wrote. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A message bus of a test's own, with a home directory in which its daemons keep what they have. */
export class SessionBus implements AsyncDisposable {
  readonly address: string
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  readonly #children = new Set<ChildProcess>()
  readonly #connections: Bus[] = []
  #daemon: ChildProcess | undefined

  private constructor(home: string, env: Readonly<Record<string, string>>) {
    this.home = home
    this.address = `unix:path=${home}/bus`
    this.env = {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      HOME: home,
      XDG_RUNTIME_DIR: join(home, 'run'),
      ...env,
      DBUS_SESSION_BUS_ADDRESS: this.address,
    }
  }

  /** The bus's own process. */
  get daemon(): ChildProcess {
    assert.ok(this.#daemon)
    return this.#daemon
  }

  /** What a bus needs that this machine has not; `false` if nothing. */
  static readonly missing = (): string | false => missing('dbus-daemon')

  static async start({ services = {}, env = {} }: SessionBusOptions = {}): Promise<SessionBus> {
    const bus = new SessionBus(mkdtempSync(join(tmpdir(), 'session-')), env)
    mkdirSync(join(bus.home, 'run'), { mode: 0o700 })
    mkdirSync(join(bus.home, 'services'))
    for (const [name, command] of Object.entries(services)) {
      writeFileSync(join(bus.home, 'services', `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=${command}\n`)
    }
    writeFileSync(join(bus.home, 'bus.conf'), configuration(bus.home))
    const child = bus.spawn('dbus-daemon', [`--config-file=${bus.home}/bus.conf`, '--nofork', '--print-address'])
    bus.#daemon = child
    const [line] = await once(child.stdout ?? child, 'data', { signal: AbortSignal.timeout(PATIENCE) })
    assert.match(String(line), /^unix:path=/)
    return bus
  }

  /** Starts a program of this session and leaves it running; it is ended with the bus. */
  spawn(
    command: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    cwd: string = this.home,
  ): ChildProcess {
    const child = spawn(command, args, { env: { ...this.env, ...env }, cwd, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#children.add(child)
    child.stdin?.on('error', () => {})
    // What nobody reads must not fill the pipe.
    child.stderr?.resume()
    child.once('close', () => this.#children.delete(child))
    return child
  }

  /** Runs a program of this session to its end. */
  async run(command: string, args: readonly string[], input = ''): Promise<Finished> {
    const child = this.spawn(command, args)
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', chunk => {
      stdout += chunk
    })
    child.stderr?.on('data', chunk => {
      stderr += chunk
    })
    child.stdin?.end(input)
    const [code] = (await once(child, 'close', { signal: AbortSignal.timeout(PATIENCE) })) as [number | null]
    return { code, stdout, stderr }
  }

  /** A connection of the test's own. */
  async connect(): Promise<Bus> {
    const connection = await Bus.connect(this.address, { signal: new AbortController().signal, patience: PATIENCE })
    this.#connections.push(connection)
    return connection
  }

  /** Starts a daemon and waits until it has its name on the bus. */
  async startDaemon(
    name: string,
    command: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildProcess> {
    const connection = await this.connect()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const match = { sender: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }
    await connection.watch({ ...match, member: 'NameOwnerChanged', arg0: name }, ([, , owner]) => {
      if (owner !== '') resolve()
    })
    const child = this.spawn(command, args, env)
    child.stdout?.resume()
    let said = ''
    child.stderr?.on('data', chunk => {
      said += chunk
    })
    child.once('error', reject).once('close', () => reject(new Error(`${command} ended: ${said}`)))
    await promise
    connection.close()
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close()
    await Promise.all([...this.#children].map(child => end(child)))
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Ends a process and waits until it has. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'exit')
  child.kill(signal)
  await closed
}

const configuration = (
  home: string,
): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${home}/bus</listen>
  <servicedir>${home}/services</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`
