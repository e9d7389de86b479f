/** A proxy that belongs to a session in a container is not ours to judge, nor to end. Linux, as root. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const ISOLATED = ['--pid', '--fork', '--mount-proc', '--kill-child']

/** In process numbers of its own: one such proxy there, one in a container in it, both without a session. */
const SCRIPT = `
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const [program, listeners] = process.argv.slice(1)
const words = [program, 'hold', '--session=4000000', '--port=4080']
const start = async (name, args) => {
  const child = spawn(name, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}
;(async () => {
  const own = await start(process.execPath, words)
  // The words of the program that makes the container shall not look like those of a proxy.
  const shell = 'exec ' + [process.execPath, ...words].join(' ') + ' #'
  const inside = await start('unshare', [${ISOLATED.map(word => `'${word}'`).join(', ')}, 'sh', '-c', shell])
  const { endLeftovers } = await import(listeners)
  const gone = once(own, 'exit')
  const found = endLeftovers()
  await gone
  let said = ''
  inside.stdout.on('data', text => { said += text })
  await Promise.race([once(inside.stdout, 'data'), once(inside, 'exit')])
  console.log(JSON.stringify({ found, own: own.signalCode, inside: said.includes('lives') }))
  process.exit()
})()`

test('a proxy of a container is not taken for one whose session is gone', context => {
  const tried = spawnSync('unshare', [...ISOLATED, 'true'], { encoding: 'utf8' })
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || tried.status !== 0) {
    assert.notEqual(process.env.CI, 'true', tried.stderr)
    context.skip('process numbers of its own are for root on Linux')
    return
  }
  const directory = mkdtempSync(join(tmpdir(), 'leftovers-'))
  try {
    const program = join(directory, 'metadata-proxy.cjs')
    writeFileSync(program, "setInterval(() => console.log('lives'), 100)")
    const listeners = join(import.meta.dirname, '..', 'src', 'proxy', 'listeners.ts')
    const args = [...ISOLATED, process.execPath, '--conditions=@aws-vault/source', '-e', SCRIPT, program, listeners]
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8', timeout: 30_000 })
    assert.deepEqual(JSON.parse(stdout || JSON.stringify(stderr)), { found: true, own: 'SIGKILL', inside: true })
  } finally {
    rmSync(directory, { recursive: true })
  }
})
