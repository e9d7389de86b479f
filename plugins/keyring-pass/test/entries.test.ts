import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { type GpgHome, makeGpgHome, whyNoPass } from './gpg-home.ts'
import { makeStore, openStore, run } from './store.ts'

describe('entries of pass', { skip: whyNoPass() ?? false }, () => {
  let home: GpgHome
  before(() => {
    home = makeGpgHome()
  })
  after(() => home[Symbol.dispose]())

  it('of another program are found, and ours by it', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    const theirs = {
      Key: 'dev',
      Data: Buffer.from('theirs').toString('base64'),
      Label: 'aws-vault (dev)',
      Description: '',
    }
    run(home, 'pass', ['insert', '-m', '-f', 'aws-vault/dev'], JSON.stringify(theirs), dir)
    assert.deepEqual(await keyring.keys(), ['dev'])
    assert.equal(textOf(await keyring.get('dev')), 'theirs')
    await keyring.set(item('dev', 'ours'))
    const shown = JSON.parse(run(home, 'pass', ['show', 'aws-vault/dev'], '', dir))
    assert.equal(Buffer.from(shown.Data, 'base64').toString(), 'ours')
    assert.equal(shown.KeychainNotTrustApplication, true)
    run(home, 'pass', ['rm', '-f', 'aws-vault/dev'], '', dir)
    assert.equal(await keyring.get('dev'), undefined)
    assert.equal(await keyring.remove('dev'), false)
  })

  it('are listed without starting a program, a thousand too', async () => {
    const dir = makeStore(home)
    const content = Buffer.from('not even encrypted')
    for (let folder = 0; folder < 10; folder++) {
      mkdirSync(join(dir, 'aws-vault', `team ${folder}`), { recursive: true })
      for (let index = 0; index < 100; index++) {
        writeFileSync(join(dir, 'aws-vault', `team ${folder}`, `${index}.gpg`), content)
      }
    }
    const keyring = await openStore(home, dir, {
      options: { command: '/nonexistent' },
      programEnvironment: { PATH: '/nonexistent' },
    })
    const keys = await keyring.keys()
    assert.equal(new Set(keys).size, 1000)
    assert.ok(keys.includes('team 3/14'))
  })

  it('are not what else lies there', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir, { options: { prefix: '' } })
    for (const key of ['dev', 'team', 'team/dev', '.hidden']) await keyring.set(item(key))
    for (const name of ['notes.txt', 'dev.gpg~', '.awsvault-tmp-00.gpg', '.gpg', 'oidc:https:.gpg']) {
      writeFileSync(join(dir, name), '')
    }
    for (const name of ['.git', 'folder.gpg', 'empty']) mkdirSync(join(dir, name))
    writeFileSync(join(dir, '.git', 'x.gpg'), '')
    symlinkSync('dev.gpg', join(dir, 'linked.gpg'))
    symlinkSync('nowhere.gpg', join(dir, 'broken.gpg'))
    symlinkSync(dir, join(dir, 'circle'))
    assert.deepEqual((await keyring.keys()).sort(), ['.hidden', 'dev', 'linked', 'oidc:https:', 'team', 'team/dev'])
    assert.equal(textOf(await keyring.get('linked')), textOf(item('dev')))
    assert.equal(await keyring.get('folder'), undefined)
    assert.equal(await keyring.remove('team'), true)
    assert.equal(textOf(await keyring.get('team/dev')), textOf(item('team/dev')))
  })

  it('can be read by their owner only', async () => {
    const dir = makeStore(home)
    await (await openStore(home, dir)).set(item('dev'))
    assert.equal(statSync(join(dir, 'aws-vault')).mode & 0o777, 0o700)
    assert.equal(statSync(join(dir, 'aws-vault', 'dev.gpg')).mode & 0o777, 0o600)
  })

  it('stay when others of their folder are removed, which takes the folder away', async () => {
    const dir = makeStore(home)
    const keyrings = [await openStore(home, dir), await openStore(home, dir)]
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const keyring = keyrings[index % 2]
        await keyring?.set(item(`team/${index}`))
        if (index % 4 > 1) await keyring?.remove(`team/${index}`)
      }),
    )
    assert.deepEqual((await keyrings[0]?.keys())?.sort(), ['team/0', 'team/1', 'team/4', 'team/5'])
  })

  it('that killed writers have left go with a later write, when they are old', async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    await keyring.set(item('dev'))
    const [old, young] = ['00', '11'].map(random => join(dir, 'aws-vault', `.awsvault-tmp-${random}.gpg`))
    assert.ok(old && young)
    const now = keyring.context.clock.now() / 1000
    for (const [path, age] of [
      [old, 660],
      [young, 540],
    ] as const) {
      writeFileSync(path, '')
      utimesSync(path, now - age, now - age)
    }
    await keyring.set(item('dev'))
    assert.deepEqual([old, young].map(existsSync), [false, true])
  })

  it('are written without a lock where there is none to be had', async () => {
    const { context } = await openStore(home, makeStore(home))
    const { default: backend } = await import('../src/index.ts')
    const withLock = () => Promise.reject(new Error('no lock directory'))
    const keyring = await backend.open({ ...context, withLock })
    await keyring.set(item('dev'))
    assert.ok(await keyring.get('dev'))
    assert.match(context.logged.join(), /without a lock, which could not be had: no lock directory/)
  })

  it('are committed where git has the store', async () => {
    const dir = makeStore(home, { git: true })
    const keyring = await openStore(home, dir)
    const git = (...args: string[]): string => run(home, 'git', ['-C', dir, ...args])
    await keyring.set(item('dev [*]?'))
    assert.equal(git('status', '--porcelain'), '')
    assert.match(git('log', '-1', '--format=%s'), /^Add given password for aws-vault\/dev \[\*\]\? to store\.$/m)
    assert.equal(git('ls-files', '-z'), '.gpg-id\0aws-vault/dev [*]?.gpg\0')
    await keyring.remove('dev [*]?')
    assert.equal(git('status', '--porcelain'), '')
    assert.equal(git('ls-files'), '.gpg-id\n')
  })

  it('are stored also where git refuses them, and that is said', async () => {
    const dir = makeStore(home, { git: true })
    const hook = join(dir, '.git', 'hooks', 'pre-commit')
    mkdirSync(join(dir, '.git', 'hooks'), { recursive: true })
    writeFileSync(hook, '#!/bin/sh\necho "not on my watch" >&2\nexit 1\n')
    chmodSync(hook, 0o755)
    const keyring = await openStore(home, dir)
    await keyring.set(item('dev'))
    assert.equal(textOf(await keyring.get('dev')), textOf(item('dev')))
    assert.match(
      keyring.context.logged.join('\n'),
      /the item is stored in .*, but git did not take it: not on my watch/,
    )
  })

  it('have the terminal that gpg-agent shall ask on', async () => {
    const dir = makeStore(home)
    await (await openStore(home, dir)).set(item('dev'))
    const program = join(home.path, 'tty-pass')
    writeFileSync(program, `#!/bin/sh\necho "$GPG_TTY" > ${home.path}/tty\nexec pass "$@"\n`, { mode: 0o755 })
    const script = `
      import { testContext } from '@aws-vault/plugin-sdk/testkit'
      import backend from './src/index.ts'
      const options = ${JSON.stringify({ dir, prefix: 'aws-vault', command: program })}
      await (await backend.open(testContext({ options }))).get('dev')`
    writeFileSync(join(home.path, 'script.mjs'), script)
    const conditions = process.execArgv.filter(argument => argument.startsWith('--conditions='))
    const node = [process.execPath, ...conditions, '--input-type=module', '-'].join(' ')
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const { GPG_TTY: _, ...env } = { ...process.env, ...home.environment } as Record<string, string>
    const args = ['-qec', `cat ${home.path}/script.mjs | ${node}`, '/dev/null']
    const { status, stdout } = spawnSync('script', args, { cwd, env, encoding: 'utf8' })
    assert.equal(status, 0, stdout)
    assert.match(readFileSync(join(home.path, 'tty'), 'utf8'), /^\/dev\/pts\/\d+\n$/)
  })

  it('leave a store that cannot be read with an error', {
    skip: process.getuid?.() === 0 && 'root may read anything',
  }, async () => {
    const dir = makeStore(home)
    const keyring = await openStore(home, dir)
    await keyring.set(item('dev'))
    chmodSync(join(dir, 'aws-vault'), 0)
    await assert.rejects(keyring.keys(), { code: 'ERR_KEYRING_STORAGE', message: /permission denied/ })
    chmodSync(join(dir, 'aws-vault'), 0o700)
    assert.deepEqual(readdirSync(join(dir, 'aws-vault')), ['dev.gpg'])
  })
})
