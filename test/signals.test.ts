/** A signal to us alone ends the programs of a keystore too, and us by that signal. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Sandbox } from './support/sandbox.ts'

/** Says who it is and what it has started, and waits as one does for a passphrase. */
const pass = `#!/bin/sh
sleep 600 &
echo "$$ $!" > "$HOME/pids.new"
mv "$HOME/pids.new" "$HOME/pids"
wait
`

describe('while a program of the keystore runs', { skip: process.platform === 'win32' && 'no signals' }, () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`${signal} ends it, and us`, async () => {
      using box = new Sandbox()
      const command = box.script('bin/pass', pass)
      mkdirSync(box.path('store'))
      box.write('store/work.gpg', 'x')
      box.config('[profile work]\n')
      const env = { AWS_VAULT_BACKEND: 'pass', AWS_VAULT_PASS_CMD: command, PASSWORD_STORE_DIR: box.path('store') }
      const running = box.start(['exec', 'work', '--', 'true'], { env })
      const pids = await written(box)
      const ended = await running.kill(signal)
      assert.deepEqual([ended.code, ended.signal, ended.stdout, ended.stderr], [null, signal, '', ''])
      for (const pid of pids) await gone(pid)
    })
  }
})

async function written(box: Sandbox): Promise<number[]> {
  for (;;) {
    try {
      return box.read('pids').trim().split(' ').map(Number)
    } catch {
      await new Promise(setImmediate)
    }
  }
}

/** It was told to end before we ended; the kernel may take a moment, and an orphan's remains lie as long as init likes. */
async function gone(pid: number): Promise<void> {
  for (let look = 0; look < 50; look++) {
    const [state] = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
    if (state === undefined || state === 'Z') return
    await new Promise(setImmediate)
  }
  process.kill(pid, 'SIGKILL')
  assert.fail(`process ${pid} was left behind`)
}
