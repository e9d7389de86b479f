/** States of servers in a directory that is shared: with a container, with another machine, with this one before a boot. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { RUN } from '../support/sandbox.ts'
import { gone, onlyState, type ServerScene, setServerScene } from './support/own-servers.ts'
import { askServer } from './support/serving.ts'

/** What makes a PID namespace with its own /proc, as a container has; none where that is not allowed. */
function unshare(context: TestContext): readonly string[] | undefined {
  const words = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
  const { status, stderr, error } = spawnSync(words[0] as string, [...words.slice(1), 'true'], { encoding: 'utf8' })
  if (status === 0) return words
  const problem = `no PID namespace can be made: ${error?.message ?? stderr.trim()}`
  if (process.getuid?.() === 0 && process.env.CI === 'true') throw new Error(problem)
  context.skip(problem)
  return undefined
}

/** Runs a command of ours in a PID namespace. */
function inContainer(scene: ServerScene, words: readonly string[], args: readonly string[]) {
  const [command = '', ...rest] = [...words, process.execPath, RUN, ...args]
  const { env, home: cwd } = scene.sandbox
  const { status, stdout, stderr } = spawnSync(command, rest, { env, cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('a server in another PID namespace', { timeout: 120_000 }, () => {
  test('is not taken for dead: it is shown, with what to do, and its state stays', async context => {
    const words = unshare(context)
    if (words === undefined) return
    await using scene = await setServerScene()
    const { pid, environment } = await scene.startDetached(['work'])
    const { file } = onlyState(scene)

    const status = inContainer(scene, words, ['server', 'status'])
    assert.match(status.stdout, new RegExp(`^${pid} in another container +ecs +work`, 'm'))
    assert.match(
      status.stderr,
      new RegExp(`server ${pid} \\(work\\) in another container runs cannot be told.*remove ${file}`),
    )
    const [only] = JSON.parse(inContainer(scene, words, ['server', 'status', '--json']).stdout)
    assert.deepEqual([only.pid, only.elsewhere], [pid, 'in another container'])

    const stop = inContainer(scene, words, ['server', 'stop', 'work'])
    assert.equal(stop.status, 1)
    assert.match(stop.stderr, /the server of "work" is in another container\n {2}hint: /)
    assert.equal(inContainer(scene, words, ['server', 'stop', '--all']).status, 0)
    assert.equal(inContainer(scene, words, ['server', 'status', 'work', '--format', 'env']).status, 1)
    assert.ok(existsSync(file))
    assert.equal((await askServer(environment)).status, 200)
    assert.equal((await scene.reach('work')).pid, pid)
  })

  test('that is the container is not judged from outside either', async context => {
    const words = unshare(context)
    if (words === undefined) return
    await using scene = await setServerScene()
    const [command = '', ...rest] = [...words, process.execPath, RUN, 'server', 'start', 'work', '--format', 'json']
    const { env, home: cwd } = scene.sandbox
    const container = spawn(command, rest, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(container.stdout, 'data')) as [Buffer]
    const { environment } = JSON.parse(line.toString())
    const { file, state } = onlyState(scene)
    assert.equal(state.pid, 1, 'of the container')
    const { stdout } = await scene.sandbox.ok(['server', 'status'])
    assert.match(stdout, /^1 in another container/m)
    assert.equal((await scene.sandbox.ok(['prompt-segment'], { env: environment })).stdout, 'work\n')
    assert.equal((await askServer(environment)).status, 200)
    assert.ok(existsSync(file))
    // Another one may be started beside it.
    const own = await scene.startDetached(['work'])
    assert.equal((await askServer(own.environment)).status, 200)
    container.kill('SIGKILL')
    await once(container, 'exit')
  })
})

describe('a state of another time or machine', { timeout: 60_000 }, () => {
  test('the same host before this boot is dead; another host cannot be judged', async () => {
    await using scene = await setServerScene()
    const { pid } = await scene.startDetached(['work'])
    process.kill(pid, 'SIGKILL')
    await gone(pid)
    const { file, state } = onlyState(scene)
    const place = state.place as object
    // The number and the start are a living process's here.
    const living = { ...state, pid: process.pid }
    writeFileSync(file, JSON.stringify({ ...living, place: { ...place, host: 'laptop', boot: 'other' } }))
    const { stdout } = await scene.sandbox.ok(['server', 'status'])
    assert.match(stdout, new RegExp(`^${process.pid} on laptop`, 'm'))
    const { stderr } = await scene.sandbox.fails(['server', 'stop', 'work'])
    assert.match(stderr, /the server of "work" is on laptop\n {2}hint: .*remove .*server-[0-9a-f]+\.json/)
    assert.ok(existsSync(file))
    writeFileSync(file, JSON.stringify({ ...living, place: { ...place, boot: 'other' } }))
    assert.match((await scene.sandbox.ok(['server', 'status'])).stderr, /had died; what it left behind is removed/)
    assert.deepEqual(scene.files(), [])
  })
})

describe('what a killed start has left', { timeout: 60_000 }, () => {
  test('is removed when its process is gone, and left alone while it lives or is elsewhere', async () => {
    await using scene = await setServerScene()
    const { pid } = await scene.startDetached(['work'])
    const { state } = onlyState(scene)
    const { place, processStart } = state
    const write = (name: string, text: string): void =>
      writeFileSync(join(scene.directory, name), text, { mode: 0o600 })
    const starters = {
      aaaaaaaaaaaa: { pid, processStart, place },
      bbbbbbbbbbbb: { pid, processStart: 'another time', place },
      cccccccccccc: { pid, processStart, place: { ...(place as object), host: 'laptop', boot: 'other' } },
    }
    for (const [id, starter] of Object.entries(starters)) {
      write(`server-${id}.starter`, JSON.stringify(starter))
      write(`server-${id}.log`, '')
    }
    write('server-dddddddddddd.log', 'of a server that is gone')
    // Of one that writes its note right now, and of one that was killed while it did.
    for (const id of ['eeeeeeeeeeee', 'ffffffffffff']) write(`server-${id}.starter`, '')
    utimesSync(join(scene.directory, 'server-ffffffffffff.starter'), 0, 0)
    await scene.sandbox.ok(['server', 'status'])
    const left = new Set(scene.files().map(name => name.replace(/server-|\.\w+$/g, '')))
    assert.deepEqual(left, new Set([state.id, 'aaaaaaaaaaaa', 'cccccccccccc', 'eeeeeeeeeeee']))
  })
})
