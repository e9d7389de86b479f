import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Running } from '../../support/sandbox.ts'

/** Users that every Debian has. Two of them may use sudo without a password there, one with one, one may not use it. */
export const USERS = { nobody: 65_534, daemon: 1, games: 5, bin: 2, root: 0 } as const

/** The password of `games` there, and how a system keeps it: openssl passwd -6. */
export const PASSWORD = 'open the address'
const HASH = '$6$avtest$/nl00JkkJ1b0T.3kgP702CUA5xrnzqfXWtsxBnVan1waXgmMoKI8HSWNDUA4nUFStKrn4vydIRHPRDK0sE1/O.'

export type User = keyof typeof USERS

const repository = join(import.meta.dirname, '..', '..', '..')

/** Whatever stands in a home directory that nobody else may read, each user has a copy of. */
const setUp = (home: string, node: string): string => `set -e
ip link set lo up
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/repository /mnt/node
mount --bind '${repository}' /mnt/repository
mount --bind '${node}' /mnt/node
cat > /mnt/sudoers <<'END'
Defaults !fqdn
nobody ALL=(ALL) NOPASSWD: ALL
daemon ALL=(ALL) NOPASSWD: ALL
games ALL=(ALL) ALL
END
chmod 440 /mnt/sudoers
mount --bind /mnt/sudoers /etc/sudoers
sed '/^games:/d' /etc/shadow > /mnt/shadow
echo 'games:${HASH}:20000:0:99999:7:::' >> /mnt/shadow
chmod 600 /mnt/shadow
mount --bind /mnt/shadow /etc/shadow
for user in nobody daemon games bin root; do
  cp -r '${home}' /mnt/$user
  chown -R $user: /mnt/$user
done
echo ready
exec cat`

/** A machine that is ours alone: its own loopback, where 169.254.169.254 may be taken, and its own rules for sudo. */
export class AddressNamespace implements Disposable {
  readonly #child: ChildProcess

  /** @param child whose namespaces they are */
  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /**
   * Makes one for the length of a test. Where that is not allowed the test is skipped with the reason, but for root on
   * CI, who has to be able to.
   * @param home the directory that each user's home is a copy of
   */
  static async open(context: TestContext, home: string): Promise<AddressNamespace | undefined> {
    const problem = missing()
    if (problem !== undefined) {
      if (process.getuid?.() === 0 && process.env.CI === 'true') throw new Error(problem)
      context.skip(problem)
      return undefined
    }
    const script = setUp(home, dirname(process.execPath))
    const args = ['--net', '--mount', '--propagation', 'private', 'sh', '-c', script]
    const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    if (String(said).trim() !== 'ready') throw new Error('the namespace could not be set up')
    return new AddressNamespace(child)
  }

  /** Starts a program as a user. */
  start(user: User, command: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): Running {
    const args = this.arguments(user, command, env)
    return new Running(spawn('nsenter', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true }))
  }

  /** The arguments of nsenter(1) with which it becomes that program. */
  arguments(user: User, command: readonly string[], env: Readonly<Record<string, string | undefined>> = {}): string[] {
    const id = USERS[user]
    const variables = Object.entries({ ...env, HOME: `/mnt/${user}`, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' })
    return [
      ...['-t', `${this.#child.pid}`, '-n', '-m', '--', 'setpriv', '--reuid', `${id}`, '--regid', `${id}`],
      ...['--clear-groups', 'env', '-i', '-C', `/mnt/${user}`, ...variables.map(([name, value]) => `${name}=${value}`)],
      ...command,
    ]
  }

  /** Runs a program as root, and gives what it wrote. */
  tool(...command: readonly string[]): string {
    const args = ['-t', `${this.#child.pid}`, '-n', '-m', '--', ...command]
    const { stdout, stderr } = spawnSync('nsenter', args, { encoding: 'utf8' })
    return stdout + stderr
  }

  /** Whether this machine has the address. */
  get hasAddress(): boolean {
    return this.tool('ip', '-oneline', 'addr', 'show', 'dev', 'lo').includes('169.254.169.254/32')
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL')
  }
}

/** The program, and Node, where every user can read them. */
export const NODE = '/mnt/node/node'
export const RUN = '/mnt/repository/bin/run.js'

/** A process of the proxy of a session. */
export interface ProxyProcess {
  readonly processId: number
  readonly role: 'sudo' | 'hold' | 'forward'
  /** What the system says of it: proc_pid_status(5). */
  status(field: string): string
}

/** The processes that serve for a session, by their command lines. */
export function proxyProcesses(session: number): ProxyProcess[] {
  return readdirSync('/proc').flatMap(name => {
    try {
      const [program = '', ...words] = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0')
      if (!words.includes(`--session=${session}`)) return []
      const role = program === 'sudo' ? 'sudo' : words.includes('forward') ? 'forward' : 'hold'
      return {
        processId: Number(name),
        role,
        status: (field: string) =>
          new RegExp(`^${field}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] ??
          '',
      } as const
    } catch {
      return []
    }
  })
}

/** Waits until something is so: the ends of processes that are not our children come without an event. */
export async function until(what: () => boolean, name: string): Promise<void> {
  for (let count = 0; count < 600; count++) {
    if (what()) return
    await setTimeout(50)
  }
  throw new Error(`it did not come to that: ${name}`)
}

function missing(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'only root on Linux can make a network of its own'
  for (const [name, argument] of [
    ['unshare', '--version'],
    ['nsenter', '--version'],
    ['setpriv', '--version'],
    ['sudo', '-V'],
    ['ip', '-V'],
  ] as const) {
    if (spawnSync(name, [argument]).error !== undefined) return `${name} is not installed`
  }
  const { status, stderr } = spawnSync('unshare', ['--net', '--mount', 'true'], { encoding: 'utf8' })
  return status === 0 ? undefined : `no network namespace can be made: ${stderr.trim()}`
}
