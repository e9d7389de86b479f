import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startLocalAws } from '../local-aws/index.ts'
import { KEYS, PASSPHRASE, RUN, Sandbox } from '../support/sandbox.ts'

const skip = process.platform === 'win32' && 'Windows has keystores of its own'

/** A vault with keys, and an agent wherever one is started; those are ended with the scene. */
class Scene implements AsyncDisposable {
  readonly sandbox = new Sandbox()

  constructor() {
    this.sandbox.env.XDG_RUNTIME_DIR = this.sandbox.home
    this.sandbox.env.AWS_VAULT_FILE_AGENT = 'true'
  }

  /** The process of the agent: none, or the only one that there is. */
  agent(): number | undefined {
    const mine = readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && this.#isAgent(pid))
    assert.ok(mine.length <= 1, `agents: ${mine}`)
    return mine[0] === undefined ? undefined : Number(mine[0])
  }

  #isAgent(pid: string): boolean {
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith('\0helper\0keyrings\0file\0') &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${this.sandbox.home}\0`)
      )
    } catch {
      return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox.run(['lock'])
    this.sandbox[Symbol.dispose]()
  }
}

const linux = process.platform !== 'linux' && 'looks into /proc'

describe('unlock and lock', { skip }, () => {
  it('spare the passphrase between commands', async () => {
    await using scene = new Scene()
    const { sandbox } = scene
    await sandbox.add('work')
    const none = { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } }
    assert.match((await sandbox.fails(['exec', '-n', 'work', '--', 'true'], 1, none)).stderr, /[Pp]assphrase/)
    assert.match((await sandbox.ok(['unlock'])).stdout, /^The keyring "file" is open until .*\n$/)
    await sandbox.ok(['exec', '-n', 'work', '--', 'true'], none)
    assert.equal((await sandbox.ok(['lock'], none)).stdout, 'The keyring "file" is locked.\n')
    assert.equal((await sandbox.ok(['lock'], none)).stdout, 'The keyring "file" was not open.\n')
    await sandbox.fails(['exec', '-n', 'work', '--', 'true'], 1, none)
  })

  it('lock what another session has opened', async () => {
    await using scene = new Scene()
    const { sandbox } = scene
    await sandbox.add('work')
    // As by cron or su: no directory of the login session, so the agent is among the caches.
    await sandbox.ok(['unlock'], { env: { XDG_RUNTIME_DIR: undefined } })
    assert.equal((await sandbox.ok(['lock'])).stdout, 'The keyring "file" is locked.\n')
    const none = { env: { XDG_RUNTIME_DIR: undefined, AWS_VAULT_FILE_PASSPHRASE: undefined } }
    await sandbox.fails(['exec', '-n', 'work', '--', 'true'], 1, none)
  })

  it('say what they did as JSON', async () => {
    await using scene = new Scene()
    const { sandbox } = scene
    assert.deepEqual(JSON.parse((await sandbox.ok(['unlock', '--json'])).stdout), { keyring: 'file', unlocked: false })
    await sandbox.add('work')
    const { until, ...rest } = JSON.parse((await sandbox.ok(['unlock', '--json'])).stdout)
    assert.deepEqual(rest, { keyring: 'file', unlocked: true })
    assert.ok(Date.parse(until) > Date.now())
    assert.deepEqual(JSON.parse((await sandbox.ok(['lock', '--json'])).stdout), { keyring: 'file', locked: true })
  })

  it('work for a vault that takes long to open: the first exec starts the agent', { skip: linux }, async () => {
    await using scene = new Scene()
    await using aws = await startLocalAws({
      world: { users: [{ name: 'alice', accessKeys: [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }] }] },
    })
    const { sandbox } = scene
    sandbox.useAws(aws)
    sandbox.env.AWS_VAULT_FILE_WORK_FACTOR = undefined as unknown as string
    await sandbox.add('work')
    const agent = scene.agent()
    assert.ok(agent, 'no agent')
    const run = await sandbox.ok(['exec', 'work', '--', 'sh', '-c', 'ls -l /proc/$$/fd; ps -o pid= --ppid $$'], {
      env: { AWS_VAULT_FILE_PASSPHRASE: undefined },
    })
    assert.equal(scene.agent(), agent)
    assert.doesNotMatch(run.stdout, new RegExp(`^ *${agent}$`, 'm'), 'the agent is a child of the program')
    for (const file of Object.values(sandbox.vaultFiles())) {
      assert.equal(JSON.parse(Buffer.from(file.split('.')[0] ?? '', 'base64url').toString()).p2c, 600_000)
    }
    const environment = readFileSync(`/proc/${agent}/environ`, 'utf8')
    for (const secret of [PASSPHRASE, KEYS.secretAccessKey]) assert.ok(!environment.includes(secret))
    assert.equal(
      readFileSync(`/proc/${agent}/status`, 'utf8').match(/^PPid:\s+(\d+)$/m)?.[1] === String(process.pid),
      false,
    )
    process.kill(agent, 'SIGHUP')
    await sandbox.ok(['exec', 'work', '--', 'true'], { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } })
  })

  it('are one agent, whoever starts it, and none after kill -9 until the next passphrase', {
    skip: linux,
  }, async () => {
    await using scene = new Scene()
    const { sandbox } = scene
    sandbox.env.AWS_VAULT_FILE_AGENT = 'false'
    await sandbox.add('work')
    sandbox.env.AWS_VAULT_FILE_AGENT = 'true'
    await Promise.all(Array.from({ length: 5 }, () => sandbox.ok(['unlock'])))
    const agent = scene.agent()
    assert.ok(agent)
    process.kill(agent, 'SIGKILL')
    const none = { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } }
    await sandbox.fails(['exec', '-n', 'work', '--', 'true'], 1, none)
    await sandbox.ok(['unlock'])
    await sandbox.ok(['exec', '-n', 'work', '--', 'true'], none)
    assert.notEqual(scene.agent(), agent)
  })

  it('keep nothing open that somebody else has', { skip: linux }, async () => {
    await using scene = new Scene()
    const { sandbox } = scene
    sandbox.env.AWS_VAULT_FILE_AGENT = 'false'
    await sandbox.add('work')
    sandbox.env.AWS_VAULT_FILE_AGENT = 'true'
    const [node, run] = [process.execPath, RUN].map(path => `'${path}'`)
    // A lock by the numbers that scripts use, and a pipe whose end is waited for.
    const script = `exec 9>a 200>b; flock 9; flock 200; ${node} ${run} unlock >/dev/null; exec 9>&- 200>&-; flock -n a true && flock -n b true && echo free
      ${node} ${run} lock >/dev/null; ${node} ${run} unlock 40>&1 >/dev/null | cat; echo ended`
    const { status, stdout } = spawnSync('bash', ['-c', script], {
      cwd: sandbox.home,
      env: sandbox.environment(),
      encoding: 'utf8',
      timeout: 60_000,
    })
    assert.deepEqual({ status, stdout }, { status: 0, stdout: 'free\nended\n' })
    assert.ok(scene.agent())
  })

  it('pass over a directory for sockets that others may use', async () => {
    await using scene = new Scene()
    const { sandbox } = scene
    await sandbox.add('work')
    const directory = join(sandbox.home, 'aws-vault')
    mkdirSync(directory, { recursive: true })
    chmodSync(directory, 0o777)
    await sandbox.ok(['unlock'])
    assert.deepEqual(readdirSync(directory), [])
    await sandbox.ok(['exec', '-n', 'work', '--', 'true'], { env: { AWS_VAULT_FILE_PASSPHRASE: undefined } })
  })
})
