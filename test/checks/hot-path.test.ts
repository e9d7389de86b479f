/** What the way of a cached `exec` may not load: the budget of its start-up, by meaning. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { startLocalAws } from '../local-aws/index.ts'
import { KEYS, Sandbox } from '../support/sandbox.ts'

/** Run in the program before anything of ours: says what was loaded when the program is about to be replaced. */
const witness = `
const before = new Set(process.moduleLoadList)
const { execve } = process
process.execve = (...args) => {
  const files = Object.keys(require.cache)
  const builtins = process.moduleLoadList.filter(name => !before.has(name))
  require('node:fs').writeFileSync(process.env.WITNESS, JSON.stringify({ files, builtins }))
  return execve.apply(process, args)
}`

for (const backend of ['file', undefined]) {
  it(`cached exec loads one file of ours, and nothing of Node that talks, spawns or asks; backend: ${backend ?? 'not named'}`, async () => {
    await using aws = await startLocalAws({
      world: { users: [{ name: 'alice', accessKeys: [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }] }] },
    })
    using box = new Sandbox()
    box.env.AWS_ENDPOINT_URL_STS = aws.url
    // In files, which stay in use then whatever else works here.
    await box.add('work')
    if (backend === undefined) delete box.env.AWS_VAULT_BACKEND
    assert.equal((await box.run(['exec', 'work', '--', 'true'])).code, 0)

    const env = { NODE_OPTIONS: `--require ${box.write('witness.cjs', witness)}`, WITNESS: `${box.home}/loaded.json` }
    const { code, stderr } = await box.run(['exec', 'work', '--', 'true'], { env })
    assert.equal(code, 0, stderr)
    const { files, builtins } = JSON.parse(box.read('loaded.json')) as { files: string[]; builtins: string[] }
    const ours = files.filter(file => !file.endsWith('witness.cjs')).map(file => file.replace(/.*\/dist\//, 'dist/'))
    assert.deepEqual(ours, [], 'bin/run.js loads dist/start.cjs by itself; nothing else is required')
    const forbidden =
      /^NativeModule (?:net|tty|http|https|http2|tls|dns|child_process|readline|fs\/promises|sqlite|worker_threads|inspector|perf_hooks|repl)$/
    assert.deepEqual(
      builtins.filter(name => forbidden.test(name)),
      [],
    )
    assert.equal(aws.calls.length, 1, 'one call for the first run, none for the second')
  })
}

it('the bundle is ASCII: one other character doubles what Node decodes and V8 keeps', () => {
  const bundle = readFileSync(join(import.meta.dirname, '..', '..', 'dist', 'start.cjs'), 'latin1')
  assert.equal(bundle.match(/[^\0-\x7F]/)?.index, undefined)
  assert.match(bundle, /^\/\/[0-9a-f]{32}\n/, 'by which bin/run.js knows what was compiled of it')
})
