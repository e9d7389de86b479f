import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Installation } from '../support/installation.ts'
import { ReleaseScene } from '../support/release-scene.ts'
import { Sandbox } from '../support/sandbox.ts'

let scene: ReleaseScene
before(async () => {
  scene = await ReleaseScene.start()
  await scene.offer('1.0.0')
  await scene.offer('1.1.0')
  await scene.offer('2.0.0', ['stable'])
  await scene.offer('2.1.0-beta.1', ['beta'])
})
after(() => scene[Symbol.asyncDispose]())

describe('update', () => {
  it('takes the newest stable version, says what changed, and starts it from then on', async () => {
    using installation = new Installation(scene)
    assert.equal(await installation.version(), '1.0.0')
    const { code, stdout, stderr } = await installation.run(['update'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^aws-vault 2\.0\.0 is in use from now on, instead of 1\.0\.0\./)
    assert.match(stdout, /## 2\.0\.0[\s\S]*Something great\.[\s\S]*## 1\.1\.0[\s\S]*Something good\./)
    assert.doesNotMatch(stdout, /The first|Not yet/)
    assert.equal(await installation.version(), '2.0.0')
    assert.deepEqual(installation.names(), [installation.nameOf('2.0.0'), 'current'])
    assert.equal(installation.chosen(), `${installation.nameOf('2.0.0')}\ninstalled\nstable\n`)
  })

  it('fetches nothing when it is up to date', async () => {
    using installation = new Installation(scene, '2.0.0')
    const before = scene.requests.length
    const { code, stdout } = await installation.run(['update'])
    assert.equal(code, 0)
    assert.match(stdout, /2\.0\.0 is in use already/)
    assert.deepEqual(
      scene.requests.slice(before).filter(path => path.endsWith('.gz')),
      [],
    )
  })

  it('follows the channel that was named, and leads nobody back', async () => {
    using installation = new Installation(scene)
    assert.equal((await installation.run(['update', 'beta'])).code, 0)
    assert.equal(await installation.version(), '2.1.0-beta.1')
    assert.match((await installation.run(['update'])).stdout, /2\.1\.0-beta\.1 is in use already \(channel beta\)/)
    assert.match((await installation.run(['update', 'stable'])).stdout, /newer than what the channel stable has/)
    assert.equal(await installation.version(), '2.1.0-beta.1')
  })

  it('takes a version by name, also an older one, and goes back and forth', async () => {
    using installation = new Installation(scene)
    await installation.run(['update'])
    assert.equal((await installation.run(['update', '--version', 'v1.1.0'])).code, 0)
    assert.equal(await installation.version(), '1.1.0')
    const { stdout } = await installation.run(['update', '--rollback', '--json'])
    assert.deepEqual(JSON.parse(stdout), {
      from: '1.1.0',
      to: '2.0.0',
      channel: 'stable',
      outcome: 'updated',
      changes: '## 2.0.0 - 2026-03-01\n\n- Something great.',
    })
    assert.equal(await installation.version(), '2.0.0')
    // What is here already needs no server.
    scene.behave = () => 'gone'
    assert.equal((await installation.run(['update', '--version', '1.0.0'])).code, 0)
    scene.behave = () => 'serve'
    assert.equal(await installation.version(), '1.0.0')
    assert.ok(!existsSync(join(installation.updates, installation.nameOf('1.0.0'))), 'no second copy')
    assert.equal((await installation.run(['update', '--rollback'])).code, 0)
    assert.equal(await installation.version(), '2.0.0')
  })

  it('leaves the version that makes it where it is, and removes others', async () => {
    using installation = new Installation(scene)
    const { sandbox, updates } = installation
    await installation.run(['update'])
    await installation.run(['update', '--version', '1.1.0'])
    const names = [installation.nameOf('1.1.0'), installation.nameOf('2.0.0')]
    // As a program would that was started before, and has still to load some of its files.
    const running = join(updates, installation.nameOf('2.0.0'), 'bin', 'aws-vault')
    const { status, stderr } = spawnSync(running, ['update', '--version', '1.0.0'], {
      env: sandbox.env,
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.equal(await installation.version(), '1.0.0')
    assert.deepEqual(installation.names(), [...names, 'current'])
    assert.equal((await installation.run(['update', '--version', '1.1.0'])).code, 0)
    assert.deepEqual(installation.names(), [installation.nameOf('1.1.0'), 'current'])
  })

  it('has nothing to roll back to at first', async () => {
    using installation = new Installation(scene)
    const { code, stderr } = await installation.run(['update', '--rollback'])
    assert.equal(code, 1)
    assert.match(stderr, /no version on this machine that was in use before/)
  })

  it('lists what there is', async () => {
    using installation = new Installation(scene)
    await installation.run(['update'])
    const { stdout } = await installation.run(['update', '--available'])
    assert.deepEqual(stdout.trimEnd().split('\n').slice(2), [
      '2.1.0-beta.1  beta       no',
      '2.0.0         stable     in use',
      '1.1.0         -          no',
      '1.0.0         -          in use before',
    ])
  })

  it('says what is not there', async () => {
    using installation = new Installation(scene)
    assert.match((await installation.run(['update', 'nightly'])).stderr, /has no channel "nightly"/)
    assert.match((await installation.run(['update', '--version', '9.9.9'])).stderr, /has no version 9\.9\.9/)
    for (const args of [['../x'], ['--version', '../1'], ['stable', '--rollback']]) {
      assert.equal((await installation.run(['update', ...args])).code, 2, args.join(' '))
    }
  })

  it('run twice at once, it updates once', async () => {
    using installation = new Installation(scene)
    const before = scene.requests.length
    const both = await Promise.all([installation.run(['update']), installation.run(['update'])])
    assert.deepEqual(
      both.map(({ code }) => code),
      [0, 0],
      both.map(({ stderr }) => stderr).join(),
    )
    assert.equal(scene.requests.slice(before).filter(path => path.endsWith('.gz')).length, 1)
    assert.equal(await installation.version(), '2.0.0')
  })

  it('a tarball that is unpacked anew is what is started', async () => {
    using installation = new Installation(scene)
    await installation.run(['update', '--version', '1.1.0'])
    rmSync(installation.directory, { recursive: true })
    scene.tree(installation.directory, '2.0.0')
    assert.equal(await installation.version(), '2.0.0')
  })

  const notRoot = process.getuid?.() !== 0 && 'only root can give files away'
  for (const file of ['current', 'start']) {
    it(`an update is not started if its ${file} is another user's`, { skip: notRoot }, async () => {
      using installation = new Installation(scene)
      await installation.run(['update'])
      assert.equal(await installation.version(), '2.0.0')
      const place = file === 'current' ? file : join(installation.nameOf('2.0.0'), 'bin', file)
      chownSync(join(installation.updates, place), 65534, 65534)
      assert.equal(await installation.version(), '1.0.0')
    })
  }

  it('a version is tried out itself, not what once was an update of it', async () => {
    using installation = new Installation(scene, '1.1.0')
    assert.equal((await installation.run(['update'])).code, 0)
    rmSync(installation.directory, { recursive: true })
    scene.tree(installation.directory, '1.0.0')
    const { code, stderr } = await installation.run(['update', '--version', '1.1.0'])
    assert.equal(code, 0, stderr)
    assert.equal(await installation.version(), '1.1.0')
  })

  it('an update that lost its files is not started', async () => {
    using installation = new Installation(scene)
    await installation.run(['update'])
    rmSync(join(installation.updates, installation.nameOf('2.0.0')), { recursive: true })
    assert.equal(await installation.version(), '1.0.0')
    assert.equal((await installation.run(['update'])).code, 0)
    assert.equal(await installation.version(), '2.0.0')
  })
})

describe('where updates come from', () => {
  const mirrors: [string, RegExp][] = [
    ['http://releases.example.com', /cannot be fetched from/],
    ['ftp://127.0.0.1/', /cannot be fetched from/],
    ['nonsense', /cannot be fetched from/],
  ]
  for (const [host, message] of mirrors) {
    it(`not from ${host}`, async () => {
      using installation = new Installation(scene)
      const { code, stderr } = await installation.run(['update'], { AWS_VAULT_UPDATE_HOST: host })
      assert.equal(code, 1)
      assert.match(stderr, message)
    })
  }
  it('from a mirror that the settings name, below a path', async () => {
    using installation = new Installation(scene)
    installation.sandbox.write('.config/aws-vault/settings.ini', `update-host = ${scene.url}/mirror\n`)
    const { stderr } = await installation.run(['update'])
    assert.match(stderr, /has no channel "stable"/)
    assert.match(scene.requests.at(-1) ?? '', /^mirror\/channels\/stable\/aws-vault-/)
  })
})

describe('what somebody else brought', () => {
  for (const [origin, hint] of [
    ['deb', 'apt install'],
    ['homebrew', 'brew upgrade aws-vault'],
    ['npm', 'npm install --global aws-vault@latest'],
  ] as const) {
    it(`${origin}: says what to type`, async () => {
      using installation = new Installation(scene)
      const file = join(installation.directory, 'release.json')
      if (origin === 'npm') {
        const packages = installation.sandbox.path('node_modules')
        mkdirSync(packages)
        rmSync(installation.program)
        renameSync(installation.directory, join(packages, 'aws-vault'))
        rmSync(join(packages, 'aws-vault', 'release.json'))
        symlinkSync(join(packages, 'aws-vault', 'bin', 'aws-vault'), installation.program)
      } else writeFileSync(file, readFileSync(file, 'utf8').replace('"tarball"', `"${origin}"`))
      const { code, stderr } = await installation.run(['update'])
      assert.equal(code, 1)
      assert.ok(stderr.includes(hint), stderr)
    })
  }
  it('a checkout', async () => {
    using sandbox = new Sandbox()
    assert.match((await sandbox.fails(['update'])).stderr, /came by git[\s\S]*git pull/)
  })
})
