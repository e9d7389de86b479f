import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { item, startKeyringWorker, textOf } from '@aws-vault/plugin-sdk/testkit'
import { makeAgeHome, onTerminal, openHome, protect, run, whyNoAge } from './age-home.ts'
import { bech32 } from './plugin.ts'

const conditions = process.execArgv.filter(argument => argument.startsWith('--conditions='))

describe('items encrypted by age', { skip: whyNoAge() ?? false }, () => {
  it('are read by age, and those of age by us', async () => {
    using home = makeAgeHome()
    const keyring = await openHome(home)
    await keyring.set(item('team/dev', 'ours'))
    const file = join(home.dir, 'team%2Fdev.age')
    const shown = JSON.parse(run('age', ['-d', '-i', home.identity, file]))
    assert.equal(Buffer.from(shown.Data, 'base64').toString(), 'ours')
    const theirs = JSON.stringify({ ...shown, Data: Buffer.from('theirs').toString('base64') })
    run('age', ['-e', '-a', '-R', home.recipients, '-o', file], theirs)
    assert.equal(textOf(await keyring.get('team/dev')), 'theirs')
  })

  it('are listed without starting a program or having an identity; other files are none', async () => {
    using home = makeAgeHome()
    mkdirSync(join(home.dir, 'folder.age'), { recursive: true })
    for (const name of ['dev.age', 'team%2Fdev.age', 'dev', 'README.md', '.age', '.awsvault-%tmp-00', 'x%zz.age']) {
      writeFileSync(join(home.dir, name), 'not even encrypted')
    }
    symlinkSync('dev.age', join(home.dir, 'linked.age'))
    symlinkSync('nowhere', join(home.dir, 'broken.age'))
    const keyring = await openHome(home, {
      options: { identity: '', recipients: '' },
      programEnvironment: { PATH: '/nonexistent' },
    })
    assert.deepEqual((await keyring.keys()).sort(), ['dev', 'linked', 'team/dev'])
    assert.equal(await keyring.get('folder'), undefined)
    assert.equal(await keyring.remove('folder'), false)
  })

  it('can be read by their owner only, and by every recipient', async () => {
    using home = makeAgeHome()
    const other = home.addIdentity('ssh')
    await (await openHome(home)).set(item('dev', 'for both'))
    assert.equal(statSync(home.dir).mode & 0o777, 0o700)
    assert.equal(statSync(join(home.dir, 'dev.age')).mode & 0o777, 0o600)
    assert.equal(textOf(await (await openHome(home, { options: { identity: other } })).get('dev')), 'for both')
  })

  it('can be written without an identity', async () => {
    using home = makeAgeHome()
    await (await openHome(home, { options: { identity: '' } })).set(item('dev', 'x'))
    assert.equal(textOf(await (await openHome(home)).get('dev')), 'x')
  })

  it('need the passphrase of the identity once for many, also at once', async () => {
    using home = makeAgeHome()
    const keyring = await openHome(home)
    for (const key of ['a', 'b', 'c']) await keyring.set(item(key, `value of ${key}`))
    const identity = await protect(home.identity, 'open sesame')
    const read = async (passphrase: string) => {
      const script = `
        import { testContext } from '@aws-vault/plugin-sdk/testkit'
        import backend from './src/index.ts'
        const options = ${JSON.stringify({ dir: home.dir, identity })}
        const keyring = await backend.open(testContext({ options }))
        const show = ({ value, reason }) => console.log(value ? Buffer.from(value.data).toString() : reason.code + ' ' + reason.message)
        ;(await Promise.allSettled([keyring.get('a'), keyring.get('b')])).forEach(show)
        ;(await Promise.allSettled([keyring.get('c')])).forEach(show)
        await keyring.close()`
      const cwd = fileURLToPath(new URL('..', import.meta.url))
      return onTerminal(process.execPath, [...conditions, '--input-type=module', '-e', script], [passphrase], { cwd })
    }
    const opened = await read('open sesame')
    assert.equal(opened.questions, 1, opened.screen)
    assert.match(opened.screen, /value of a\r\nvalue of b\r\nvalue of c\r\n/)
    assert.ok(!opened.screen.includes('AGE-SECRET-KEY'))
    const refused = await read('wrong')
    assert.equal(refused.questions, 1, refused.screen)
    assert.equal(refused.screen.split(/ERR_KEYRING_LOCKED .*the passphrase of the identity .* is wrong/).length, 4)
  })

  it('are encrypted and decrypted by a plugin of age, and what it says is shown', async () => {
    using home = makeAgeHome()
    const script = fileURLToPath(new URL('./plugin.ts', import.meta.url))
    const program = join(home.path, 'age-plugin-test')
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 })
    const [recipients, identity] = [join(home.path, 'plugin-recipients'), join(home.path, 'plugin-identity')]
    writeFileSync(recipients, `${bech32('age1test')}\n`)
    writeFileSync(identity, `# a key on a device\n${bech32('age-plugin-test-').toUpperCase()}\n`)
    const keyring = await openHome(home, {
      options: { recipients, identity },
      programEnvironment: { PATH: `${home.path}:${process.env.PATH}` },
    })
    await keyring.set(item('dev', 'by a plugin'))
    assert.deepEqual(keyring.context.logged, [])
    assert.equal(textOf(await keyring.get('dev')), 'by a plugin')
    assert.deepEqual(keyring.context.logged, ['age: test plugin: touch your key'])
    const stranger = await openHome(home)
    await assert.rejects(stranger.get('dev'), { code: 'ERR_AGE_IDENTITY' })
  })

  it('survive writers of other processes, killed or not', async () => {
    using home = makeAgeHome()
    const { dir, recipients, identity } = home
    const options = { dir, recipients, identity }
    const values = (worker: number) => Array.from({ length: 3 }, (_, index) => item('common', `${worker} ${index}`))
    const workers = Array.from({ length: 6 }, (_, worker) =>
      startKeyringWorker(import.meta.resolve('../src/index.ts'), { options }, values(worker)),
    )
    for (const [index, worker] of workers.entries()) {
      if (index % 2 === 0) {
        await worker.stored(index === 0 ? 0 : 1)
        worker.kill()
      } else {
        await worker.done
      }
    }
    await Promise.all(workers.map(({ ended }) => ended))
    const keyring = await openHome(home)
    const left = textOf(await keyring.get('common'))
    assert.ok(workers.flatMap((_, worker) => values(worker).map(textOf)).includes(left), left)
  })

  const before = ['before openSync', 'half writeFileSync', 'after fsyncSync', 'before renameSync']
  for (const moment of [...before, 'after renameSync']) {
    it(`are whole after a writer is killed: ${moment}`, async () => {
      using home = makeAgeHome()
      const keyring = await openHome(home)
      await keyring.set(item('dev', 'old'))
      const script = fileURLToPath(new URL('./crash.ts', import.meta.url))
      const args = [...conditions, script, home.dir, home.recipients, home.identity, ...moment.split(' ')]
      const child = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.equal(child.signal, 'SIGKILL', child.stderr)
      assert.deepEqual(await keyring.keys(), ['dev'])
      assert.equal(textOf(await keyring.get('dev')), before.includes(moment) ? 'old' : 'new')
    })
  }

  it('that killed writers have left go with a later write, when they are old', async () => {
    using home = makeAgeHome()
    const keyring = await openHome(home)
    await keyring.set(item('dev'))
    const [old = '', young = ''] = ['00', '11'].map(random => join(home.dir, `.awsvault-%tmp-${random}`))
    const now = keyring.context.clock.now() / 1000
    for (const [path, age] of [[old, 660] as const, [young, 540] as const]) {
      writeFileSync(path, '')
      utimesSync(path, now - age, now - age)
    }
    await keyring.set(item('dev'))
    assert.deepEqual([existsSync(old), existsSync(young)], [false, true])
    assert.equal(readdirSync(home.dir).length, 2)
  })
})
