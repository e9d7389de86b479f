/** Whatever interrupts an update, the old version runs, a second update finishes, and nothing is left over. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { newReleaseKey } from '../bin/pack/sign.ts'
import { paths } from '../src/update/manifest.ts'
import { Installation } from './support/installation.ts'
import { mountOn } from './support/mounts.ts'
import { type Behaviour, ReleaseScene } from './support/release-scene.ts'

const target = { platform: process.platform as string, arch: process.arch as string }
let scene: ReleaseScene
before(async () => {
  scene = await ReleaseScene.start()
  await scene.offer('1.1.0')
  await scene.offer('2.0.0', ['stable'])
})
beforeEach(() => {
  scene.behave = () => 'serve'
})
after(() => scene[Symbol.asyncDispose]())

/** The old version runs, nothing was switched, and a second update gets there and clears up. */
async function assertRecovers(installation: Installation, what: string, kept: readonly string[] = []): Promise<void> {
  scene.behave = () => 'serve'
  const { code, stderr } = await installation.run(['update'])
  assert.equal(code, 0, `${what}: ${stderr}`)
  assert.equal(await installation.version(), '2.0.0', what)
  const names = [...kept, '2.0.0'].map(version => installation.nameOf(version))
  assert.deepEqual(installation.names(), [...names, 'current'], what)
}

/** The requests of an update that goes well. */
const requests = [paths.channel('stable', target), `${paths.channel('stable', target)}.minisig`, '.tar.gz'] as const

describe('a server that', () => {
  const failures: [Behaviour, RegExp][] = [
    ['cut', /cannot be fetched: (aborted|the connection was cut)/],
    ['gone', /cannot be fetched: (socket hang up|read ECONNRESET)/],
    ['fail', /cannot be fetched: the server answers 503/],
    ['hang', /cannot be fetched: (the server has gone silent|aborted)/],
    ['damage', /signature .* does not hold|is not the file that the signed manifest names/],
  ]
  for (const [behaviour, message] of failures) {
    for (const request of requests) {
      it(`${behaviour}: ${request.split('/').at(-1)}`, async () => {
        using installation = new Installation(scene)
        scene.behave = ({ path }) => (path.endsWith(request) ? behaviour : 'serve')
        const { code, stderr } = await installation.run(['update'], { AWS_VAULT_UPDATE_PATIENCE: '1' })
        assert.equal(code, 1)
        assert.match(stderr, message)
        assert.equal(await installation.version(), '1.0.0')
        assert.deepEqual(installation.names(), [], 'nothing is left over')
        await assertRecovers(installation, behaviour)
      })
    }
  }
})

describe('what is signed by nobody, by somebody else, or for something else', () => {
  const channel = paths.channel('stable', target)
  const cases: [string, () => void, RegExp][] = [
    ['no signature', () => scene.write(`${channel}.minisig`, ''), /does not hold: there is none/],
    ['a foreign key', () => scene.sign(newReleaseKey().secret), /a key that is not ours/],
    [
      'a manifest with another hash',
      () => scene.write(channel, scene.read(channel).replace(/"sha256gz": "../, '"sha256gz": "00')),
      /it belongs to something else/,
    ],
    [
      'the manifest of another channel',
      () => {
        scene.write(channel, scene.read(channel).replace('"stable"', '"beta"'))
        scene.sign()
      },
      /it is of channel "beta", not "stable"/,
    ],
    [
      'the manifest of another machine',
      () => {
        scene.write(channel, scene.read(channel).replace(`"${process.arch}"`, '"s390x"'))
        scene.sign()
      },
      /it is of arch "s390x"/,
    ],
    [
      'a changed comment',
      () => scene.write(`${channel}.minisig`, scene.read(`${channel}.minisig`).replace('file:', 'fool:')),
      /its comment was changed/,
    ],
  ]
  for (const [name, tamper, message] of cases) {
    it(name, async () => {
      using installation = new Installation(scene)
      const before = scene.read(channel)
      tamper()
      const asked = scene.requests.length
      const { code, stderr } = await installation.run(['update'])
      scene.write(channel, before)
      scene.sign()
      assert.equal(code, 1)
      assert.match(stderr, message)
      assert.ok(!scene.requests.slice(asked).some(path => path.endsWith('.gz')), 'no tarball was asked for')
      assert.equal(await installation.version(), '1.0.0')
      await assertRecovers(installation, name)
    })
  }
})

describe('a version that', () => {
  it('does not run here is not switched to', async () => {
    using installation = new Installation(scene)
    await scene.offer('3.0.0', ['broken'], tree => scene.spoil(tree))
    const { code, stderr } = await installation.run(['update', 'broken'])
    assert.equal(code, 1)
    assert.match(stderr, /aws-vault 3\.0\.0 does not run on this machine/)
    assert.equal(await installation.version(), '1.0.0')
    assert.deepEqual(installation.names(), [])
    await assertRecovers(installation, 'broken')
  })
})

describe('kill -9', () => {
  it('at each request', async () => {
    for (const request of requests) {
      using installation = new Installation(scene)
      const { child, ended } = await new Promise<ReturnType<Installation['start']>>(resolve => {
        scene.behave = ({ path }) => {
          if (!path.endsWith(request)) return 'serve'
          resolve(started)
          return 'hang'
        }
        const started = installation.start(['update'])
      })
      child.kill('SIGKILL')
      assert.equal((await ended).signal, 'SIGKILL')
      assert.equal(await installation.version(), '1.0.0')
      await assertRecovers(installation, request)
    }
  })

  it('before each change of the file system', async () => {
    const witness = { NODE_OPTIONS: `--require ${join(import.meta.dirname, 'support', 'killing-steps.cjs')}` }
    // From a version that is an update itself, so that a choice that is damaged leads elsewhere.
    using prepared = new Installation(scene)
    assert.equal((await prepared.run(['update', '--version', '1.1.0'])).code, 0)
    using whole = new Installation(scene, '1.0.0', prepared)
    const counted = whole.sandbox.path('count')
    const { code, stderr } = await whole.run(['update'], { ...witness, KILL_COUNT: counted })
    assert.equal(code, 0, stderr)
    const steps = Number(readFileSync(counted, 'utf8'))
    assert.ok(steps > 50, `${steps} steps`)
    const seen = new Set<string>()
    const killBefore = async (step: number): Promise<void> => {
      using installation = new Installation(scene, '1.0.0', prepared)
      const { signal, stdout } = await installation.run(['update'], { ...witness, KILL_STEP: String(step) })
      // How the bytes come in pieces differs from run to run: at the end there may be no such step.
      assert.ok(signal === 'SIGKILL' || stdout.includes('in use from now on'), `step ${step}`)
      const version = await installation.version()
      assert.match(version, /^(1\.1|2\.0)\.0$/, `step ${step}`)
      seen.add(version)
      await assertRecovers(installation, `step ${step} of ${steps}`, ['1.1.0'])
    }
    for (let step = 1; step <= steps; step += 2) await Promise.all([killBefore(step), killBefore(step + 1)])
    assert.deepEqual([...seen].sort(), ['1.1.0', '2.0.0'], 'before the switch, and after it')
  })
})

it('a disk that is full, at every stage', async context => {
  for (const size of ['64k', '256k', '512k', '1m', '1500k']) {
    using installation = new Installation(scene)
    const directory = dirname(installation.updates)
    mkdirSync(directory, { recursive: true })
    {
      using mount = mountOn(directory, ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs'], context)
      if (mount === undefined) return
      const { code, stderr } = await installation.run(['update'])
      assert.equal(code, 1, `${size}: ${stderr}`)
      assert.match(stderr, /the disk with .* is full[\s\S]*make room/, size)
      assert.equal(await installation.version(), '1.0.0', size)
      assert.deepEqual(installation.names(), [], size)
      mount.remount('size=64m')
      await assertRecovers(installation, size)
    }
  }
})
