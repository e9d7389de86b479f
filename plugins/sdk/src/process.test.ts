import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, it, test } from 'node:test'
import { isProcessIdentity, processFate, processStart, thisPlace, thisProcess, whereIs } from './process.ts'

it('the start of a process is the same each time, another one for another process, and none for none', async () => {
  const own = processStart(process.pid)
  assert.ok(own)
  assert.equal(processStart(process.pid), own)
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const { pid = 0 } = child
  const start = processStart(pid)
  assert.ok(start)
  assert.notEqual(start, own)
  const identity = { pid, processStart: start, place: thisPlace() }
  assert.equal(processFate(identity), 'alive')
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(processStart(pid), undefined)
  assert.equal(processFate(identity), 'dead')
})

describe('the fate of a process', () => {
  const here = { host: 'desk', boot: 'b1', pidNamespace: 'pid:[1]' }

  it('can be told from its own place alone', () => {
    assert.equal(whereIs(here, here), 'here')
    assert.equal(whereIs({ ...here, host: 'renamed' }, here), 'here', 'one boot is one machine')
    assert.equal(whereIs({ ...here, boot: 'b0' }, here), 'before this boot')
    assert.equal(whereIs({ ...here, pidNamespace: 'pid:[2]' }, here), 'in another container')
    assert.equal(whereIs({ ...here, host: 'c0ffee', pidNamespace: 'pid:[2]' }, here), 'in another container')
    assert.equal(whereIs({ host: 'other', boot: 'b2', pidNamespace: 'pid:[1]' }, here), 'on another host')
    assert.equal(whereIs({ host: 'desk' }, { host: 'desk' }), 'here', 'a system that tells no more')
    assert.equal(whereIs({ host: 'other' }, { host: 'desk' }), 'on another host')
    const unseen = { ...here, pidNamespace: 'unseen' }
    assert.equal(whereIs(unseen, unseen), 'in another container', 'numbers of another /proc say nothing')
  })

  it('is death for what ran before this boot of this machine, and nothing elsewhere', () => {
    const { host, boot, pidNamespace = '' } = thisPlace()
    const living = thisProcess()
    assert.ok(isProcessIdentity(JSON.parse(JSON.stringify(living))))
    assert.equal(processFate(living), 'alive')
    const at = (place: object) => processFate({ ...living, place: { ...living.place, ...place } })
    if (boot !== undefined) assert.equal(at({ boot: 'another one' }), 'dead')
    assert.equal(at({ host: `not-${host}`, boot: 'another one' }), 'on another host')
    if (pidNamespace !== '') assert.equal(at({ pidNamespace: 'pid:[1]' }), 'in another container')
  })

  it('is not known to what is no identity', () => {
    const living = thisProcess()
    for (const wrong of [undefined, null, 1, {}, { ...living, pid: -1 }, { ...living, place: undefined }]) {
      assert.equal(isProcessIdentity(wrong), false)
    }
  })
})

test('in another PID namespace, with its /proc and with ours', context => {
  const script = `const { processFate, thisProcess } = await import(${JSON.stringify(`${import.meta.dirname}/process.ts`)})
const given = JSON.parse(process.argv[1])
console.log(JSON.stringify([processFate(given), processFate(thisProcess()), thisProcess()]))`
  const run = (...flags: string[]) =>
    spawnSync('unshare', ['--pid', '--fork', ...flags, process.execPath, '-e', script, JSON.stringify(thisProcess())], {
      encoding: 'utf8',
    })
  const own = run('--mount-proc')
  if (own.status !== 0 && process.env.CI !== 'true') return context.skip(`no PID namespace can be made: ${own.stderr}`)
  const [ofOurs, ofItself, itself] = JSON.parse(own.stdout || own.stderr)
  assert.deepEqual([ofOurs, ofItself], ['in another container', 'alive'])
  assert.equal(processFate(itself), 'in another container')
  assert.deepEqual(JSON.parse(run().stdout).slice(0, 2), ['in another container', 'in another container'])
})
