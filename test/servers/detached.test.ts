/** Servers without a child: started, found again, stopped, and what becomes of them when something goes wrong. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { PASSPHRASE, RUN } from '../support/sandbox.ts'
import { ALICE_MFA, roleArn } from '../support/scene.ts'
import { Terminal } from '../support/terminal.ts'
import { gone, onlyState, setServerScene } from './support/own-servers.ts'
import { askServer } from './support/serving.ts'

const two = '[profile work]\nregion=eu-west-1\n[profile play]\nregion=eu-north-1\n'
const withMfa = `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n`
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'plugins')

describe('server start --detach', { timeout: 120_000 }, () => {
  test('serves each profile at its path, with its roles below it, and ends when it is stopped', async () => {
    await using scene = await setServerScene({ config: two, keys: ['work', 'play'] })
    const work = await scene.startDetached(['work', 'play'])
    const play = await scene.reach('play')
    const port = new URL(work.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '').port
    assert.equal(play.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI, `http://127.0.0.1:${port}/profiles/play`)
    assert.equal(play.environment.AWS_REGION, 'eu-north-1')
    const [one, other] = await Promise.all([askServer(work.environment), askServer(play.environment)])
    assert.deepEqual([one.status, other.status], [200, 200])
    const issued = scene.aws.calls.map(call => call.issued)
    assert.deepEqual([one.body.AccessKeyId, other.body.AccessKeyId], issued)

    const path = `/profiles/play/role-arn/${roleArn('reader')}`
    const role = await askServer(play.environment, { path })
    assert.deepEqual([role.status, role.body.RoleArn], [200, roleArn('reader')])
    for (const nothing of ['/', '/profiles/other', '/profiles/', `/role-arn/${roleArn('reader')}`]) {
      assert.equal((await askServer(work.environment, { path: nothing })).status, 404, nothing)
      assert.equal((await askServer(work.environment, { path: nothing, token: 'x' })).status, 403, nothing)
    }
    assert.equal((await askServer(play.environment, { path, token: '' })).status, 403)

    const { stdout } = await scene.sandbox.ok(['server', 'stop', 'play'])
    assert.equal(stdout, `Server ${work.pid} is stopped.\n`)
    await assert.rejects(askServer(work.environment), { code: 'ECONNREFUSED' })
    assert.deepEqual(scene.files(), [])
  })

  test('its state is for this user alone; no secret is in it, in its environment, its words or its log', async () => {
    await using scene = await setServerScene()
    const { pid, environment } = await scene.startDetached(['work'])
    const { file, state } = onlyState(scene)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(scene.directory).mode & 0o777, 0o700)
    const log = file.replace(/json$/, 'log')
    assert.equal(statSync(log).mode & 0o777, 0o600)
    assert.deepEqual([state.pid, state.kind, state.isDetached], [pid, 'ecs', true])
    assert.equal(typeof state.processStart, 'string')
    await askServer(environment)
    const seen = [file, log, `/proc/${pid}/environ`, `/proc/${pid}/cmdline`].map(each => readFileSync(each, 'utf8'))
    scene.sandbox.assertNoSecret(['server', 'start'], { code: 0, signal: null, stdout: seen.join('\n'), stderr: '' })
    assert.ok(!seen.join('\n').includes(PASSPHRASE))
    const token = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    assert.ok(seen[0]?.includes(token), 'status --format has to know it')
    for (const other of seen.slice(1)) assert.ok(!other.includes(token))
    for (const args of [['status'], ['status', '--json'], ['stop', '--json']]) {
      const { stdout, stderr } = await scene.sandbox.ok(['server', ...args])
      assert.ok(!(stdout + stderr).includes(token), args.join(' '))
    }
  })

  test('inherited credentials go no further', async () => {
    await using scene = await setServerScene()
    const env = {
      AWS_ACCESS_KEY_ID: 'AKIAOTHER',
      AWS_SECRET_ACCESS_KEY: 'inherited-secret',
      AWS_SESSION_TOKEN: 'inherited-t',
    }
    const { pid } = await scene.startDetached(['work'], { env })
    assert.doesNotMatch(readFileSync(`/proc/${pid}/environ`, 'utf8'), /inherited|AKIAOTHER/)
  })

  test('the same once more, also at the same time, is the one that runs; something else is another one', async () => {
    await using scene = await setServerScene({ config: two, keys: ['work', 'play'] })
    const [one, same] = await Promise.all([scene.startDetached(['work']), scene.startDetached(['work'])])
    assert.deepEqual(one, same)
    // As in the shell that has evaluated what the first one printed.
    assert.deepEqual(await scene.startDetached(['work'], { env: one.environment }), one)
    const other = await scene.startDetached(['work', '--duration', '30m'])
    const play = await scene.startDetached(['play'])
    assert.equal(new Set([one.pid, other.pid, play.pid]).size, 3)
    const several = await scene.sandbox.fails(['server', 'stop'])
    assert.match(several.stderr, /several servers are running: \d+ \(work\); \d+ \(work\); \d+ \(play\)/)
    await scene.sandbox.ok(['server', 'stop', String(other.pid)])
    assert.equal((await askServer(one.environment)).status, 200)
    const { stdout } = await scene.sandbox.ok(['server', 'status', '--json'])
    assert.deepEqual(
      JSON.parse(stdout).map(({ pid }: { pid: number }) => pid),
      [one.pid, play.pid].toSorted((a, b) => (a === one.pid ? -1 : b === one.pid ? 1 : 0)),
    )
    const { stdout: stopped } = await scene.sandbox.ok(['server', 'stop', '--all', '--json'])
    assert.equal(JSON.parse(stopped).stopped.length, 2)
    assert.deepEqual(scene.files(), [])
  })

  test('one that was killed is recognised as dead, said, removed, and can be started again', async () => {
    await using scene = await setServerScene()
    const killed = await scene.startDetached(['work', '--container'])
    process.kill(killed.pid, 'SIGKILL')
    await gone(killed.pid)
    assert.equal(scene.files().length, 3, 'it could not tidy up: state, log, directory of the socket')
    const { stdout, stderr } = await scene.sandbox.ok(['server', 'status'])
    assert.equal(stdout, 'No server is running.\n')
    assert.equal(stderr, `aws-vault: the server ${killed.pid} (work) had died; what it left behind is removed\n`)
    assert.deepEqual(scene.files(), [])
    const again = await scene.startDetached(['work', '--container'])
    assert.equal((await askServer(again.environment)).status, 200)
  })

  test('a process that has the number of a dead server is none, and is left alone', async () => {
    await using scene = await setServerScene()
    const { pid } = await scene.startDetached(['work'])
    const { file, state } = onlyState(scene)
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    const bystander = spawn('sleep', ['600'])
    await once(bystander, 'spawn')
    writeFileSync(file, JSON.stringify({ ...state, pid: bystander.pid }))
    const { stdout } = await scene.sandbox.ok(['server', 'stop', '--all'])
    assert.equal(stdout, 'No server is running.\n')
    assert.deepEqual(scene.files(), [])
    assert.equal(bystander.exitCode ?? bystander.signalCode, null)
    bystander.kill('SIGKILL')
  })

  test('a state that others could have written, or that is none, is passed over', async () => {
    await using scene = await setServerScene()
    const { pid } = await scene.startDetached(['work'])
    const { state } = onlyState(scene)
    writeFileSync(join(scene.directory, 'server-aaaaaaaaaaaa.json'), 'not json', { mode: 0o600 })
    const shared = JSON.stringify({ ...state, id: 'bbbbbbbbbbbb' })
    writeFileSync(join(scene.directory, 'server-bbbbbbbbbbbb.json'), shared, { mode: 0o644 })
    const forged = JSON.stringify({ ...state, id: 'cccccccccccc', pid: -1 })
    writeFileSync(join(scene.directory, 'server-cccccccccccc.json'), forged, { mode: 0o600 })
    const { stdout } = await scene.sandbox.ok(['server', 'status', '--json'])
    assert.deepEqual(
      JSON.parse(stdout).map((status: { pid: number }) => status.pid),
      [pid],
    )
  })

  test('ten profiles by one server, and names with any characters', async () => {
    const names = ['a b', 'ä', 'x/y', '~', "it's", '100%', ...Array.from({ length: 4 }, (_, index) => `plain-${index}`)]
    const config = names
      .map(name => `[profile ${name.includes(' ') ? `"${name}"` : name}]\nregion=eu-west-1\n`)
      .join('')
    await using scene = await setServerScene({ config: `${config}[default]\nregion=eu-west-1\n`, keys: names })
    const { pid } = await scene.startDetached(names)
    const served = await Promise.all(names.map(name => scene.reach(name)))
    const answers = await Promise.all(served.map(({ environment }) => askServer(environment)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      names.map(() => 200),
    )
    assert.equal(new Set(answers.map(({ body }) => body.AccessKeyId)).size, names.length)
    assert.deepEqual(new Set(served.map(each => each.pid)), new Set([pid]))
  })

  test('what keeps it from starting is said as without --detach, and leaves nothing', async () => {
    await using scene = await setServerScene()
    for (const [args, message] of [
      [['work', 'nobody'], /profile .*nobody/],
      [['work', '--no-session'], /have no end[\s\S]*hint: .*--no-session/],
      [['work', '--kind', 'env'], /"env" is no server\n {2}hint: use --kind ecs/],
      [['work', '--kind', 'eks', '--container'], /"eks" has no door for containers/],
      [['work', '--idle', '5'], /idle/],
      [['work', '--listen', '203.0.113.1'], /this machine has no address 203\.0\.113\.1/],
      [['work', '--listen', '0.0.0.0'], /this machine has no address 0\.0\.0\.0/],
      [
        ['work', '--stop-when-locked', '--backend', 'keyctl'],
        /keyring "keyctl" does not tell when it is locked[\s\S]*--idle/,
      ],
    ] as const) {
      for (const detach of [[], ['--detach']]) {
        const { stderr } = await scene.sandbox.fails(['server', 'start', ...args, ...detach])
        assert.match(stderr, message)
        assert.deepEqual(scene.files(), [], stderr)
      }
    }
    const usage = await scene.sandbox.fails(['server', 'start', '--detach'], 2)
    assert.match(usage.stderr, /profile/i)
    await scene.sandbox.fails(['server', 'start', 'work'], 1, { env: { AWS_VAULT: 'play' } })
    assert.match((await scene.sandbox.fails(['server', 'stop', 'work'])).stderr, /no server of yours serves "work"/)
    assert.match((await scene.sandbox.fails(['server', 'status', '--format', 'env'])).stderr, /no server of yours is/)
  })

  test('a port that is taken is named, with the server of ours that has it', async () => {
    await using scene = await setServerScene({ config: two, keys: ['work', 'play'] })
    const { pid, environment } = await scene.startDetached(['work'])
    const { port } = new URL(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
    const { stderr } = await scene.sandbox.fails(['server', 'start', 'play', '--detach', '--port', port])
    assert.match(
      stderr,
      new RegExp(`127\\.0\\.0\\.1:${port}: server ${pid} \\(work\\) does, since .*\n  hint: .*server stop ${pid}`),
    )
    const alien = createServer().listen(0, '127.0.0.1').unref()
    await once(alien, 'listening')
    const other = String((alien.address() as { port: number }).port)
    const taken = await scene.sandbox.fails(['server', 'start', 'play', '--detach', '--port', other])
    assert.match(taken.stderr, /another program listens there/)
    alien.close()
    await scene.sandbox.ok(['server', 'stop'])
    const chosen = await scene.startDetached(['play', '--port', port])
    assert.equal(chosen.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI, `http://127.0.0.1:${port}/profiles/play`)
  })

  test('eks: each profile has a server of its own', async () => {
    await using scene = await setServerScene({ config: two, keys: ['work', 'play'] })
    const work = await scene.startDetached(['work', 'play', '--kind', 'eks'])
    const play = await scene.reach('play')
    assert.notEqual(
      work.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI,
      play.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI,
    )
    assert.equal((await askServer(play.environment)).status, 200)
    assert.equal((await askServer(work.environment)).status, 200)
  })
})

describe('the end of a server', { timeout: 120_000 }, () => {
  test('--idle: when nobody asks any more', async () => {
    await using scene = await setServerScene()
    const { pid, environment } = await scene.startDetached(['work', '--idle', '2s'])
    assert.equal((await askServer(environment)).status, 200)
    await gone(pid)
    assert.deepEqual(scene.files(), [])
  })

  test('--stop-when-locked: when the keystore is', async () => {
    await using scene = await setServerScene({ keys: [] })
    const { sandbox } = scene
    await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-lockable')])
    Object.assign(sandbox.env, { AWS_VAULT_BACKEND: 'lockable', LOCKABLE_DIRECTORY: sandbox.path('items') })
    await sandbox.add('work')
    const { pid, environment } = await scene.startDetached(['work', '--stop-when-locked'])
    assert.equal((await askServer(environment)).status, 200)
    sandbox.write('items.LOCKED', '')
    await gone(pid)
    assert.deepEqual(scene.files(), [])
    const { stderr } = await sandbox.fails(['server', 'start', 'work', '--detach', '--stop-when-locked'])
    assert.match(stderr, /keyring "lockable" is locked/)
  })

  test('in the foreground: says what clients need, is known to status, and a stop ends it well', async () => {
    await using scene = await setServerScene()
    const running = scene.sandbox.start(['server', 'start', 'work', '--format', 'json'])
    await running.sees(/\}\}\n/)
    const { pid, environment } = await scene.reach('work')
    assert.equal(pid, running.child.pid)
    assert.equal((await askServer(environment)).status, 200)
    await scene.sandbox.ok(['server', 'stop', 'work'])
    const { code, signal, stderr } = await running.ended
    assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: '' })
    for (const end of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
      const other = scene.sandbox.start(['server', 'start', 'work', '--format', 'json'])
      await other.sees(/\}\}\n/)
      assert.equal((await other.kill(end)).code, 0, end)
      assert.deepEqual(scene.files(), [])
    }
  })

  test('a signal for the terminal does not end one that is detached', async () => {
    await using scene = await setServerScene()
    const { pid, environment } = await scene.startDetached(['work'])
    process.kill(pid, 'SIGHUP')
    assert.equal((await askServer(environment)).status, 200)
  })

  test('whoever starts it is killed before it serves: it ends too', async () => {
    await using scene = await setServerScene()
    const running = scene.sandbox.start(['server', 'start', 'work', '--detach'], {
      env: { AWS_ENDPOINT_URL_STS: await silentAddress() },
    })
    while (!scene.files().some(name => name.endsWith('.log'))) await new Promise(resolve => setTimeout(resolve, 20))
    assert.ok(scene.files().some(name => name.endsWith('.starter')))
    await running.kill('SIGKILL')
    const { stdout } = await scene.sandbox.ok(['server', 'status'])
    assert.equal(stdout, 'No server is running.\n')
    assert.deepEqual(scene.files(), [], 'nor its log')
  })
})

describe('questions', { timeout: 60_000 }, () => {
  test('are asked in the terminal that starts it, which may then close', async () => {
    await using scene = await setServerScene({ config: withMfa })
    const env = { AWS_VAULT_FILE_PASSPHRASE: undefined }
    const terminal = new Terminal(
      scene.sandbox,
      ['-c', `'${process.execPath}' '${RUN}' server start work --detach >out; cat`],
      {
        env,
        program: '/bin/sh',
      },
    )
    await terminal.answer(/passphrase.*: $/i, `${PASSPHRASE}\r`)
    await terminal.answer(/MFA code of .*: $/, `${scene.aws.mfaCode(ALICE_MFA)}\r`)
    while (!scene.files().some(name => name.endsWith('.json'))) await new Promise(resolve => setTimeout(resolve, 20))
    terminal[Symbol.dispose]()
    await terminal.ended
    const { environment } = await scene.reach('work')
    assert.equal((await askServer(environment)).status, 200)
    assert.doesNotMatch(scene.sandbox.read('out'), /passphrase/)
  })

  test('that fall due later: the answer says what to run in a terminal, and that is enough', async () => {
    await using scene = await setServerScene({ config: withMfa })
    const { environment } = await scene.startDetached(['work', '--lazy', '--duration', '2h'])
    const refused = await askServer(environment)
    assert.equal(refused.status, 403)
    assert.match(
      refused.body.message ?? '',
      /MFA code of .*alice.*: the server has no terminal to ask in \(run in a terminal: aws-vault exec work --duration=2h -- true\)/,
    )
    const code = scene.aws.mfaCode(ALICE_MFA)
    await scene.sandbox.ok(['exec', 'work', '--duration=2h', '-t', code, '--', 'true'])
    let answer = await askServer(environment)
    while (answer.status !== 200) {
      await new Promise(resolve => setTimeout(resolve, 100))
      answer = await askServer(environment)
    }
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice'], 'the session of that command')
    assert.match(readFileSync(onlyState(scene).file.replace(/json$/, 'log'), 'utf8'), /could not be renewed: MFA code/)
  })
})

/** An address that takes connections and never answers, for as long as this process lives. */
async function silentAddress(): Promise<string> {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
