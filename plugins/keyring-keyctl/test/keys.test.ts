import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isVaultError, type Keyring } from '@aws-vault/plugin-sdk'
import { item, type TestContextOptions, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { LEAD_TO_USER_KEYRING, SCRIPTS } from '../src/scripts.ts'
import { discard, keyctl, newName, whyNoKernelKeyring } from './kernel.ts'

const open = (name: string, options: TestContextOptions = {}): Promise<Keyring> =>
  backend.open(testContext({ ...options, options: { name } }))

const rejects = (promise: Promise<unknown>, code: string, message: RegExp): Promise<void> =>
  assert.rejects(promise, error => {
    assert.ok(isVaultError(error, code), String(error))
    assert.match(error.message, message)
    return true
  })

describe('keys in the kernel', { skip: whyNoKernelKeyring() ?? false }, () => {
  let name: string
  const ring = (): string => `$(keyctl search @u keyring ${name})`
  beforeEach(() => {
    name = newName()
  })
  afterEach(() => discard(name))

  it('that another program has made are found, and ours by it', async () => {
    keyctl(`keyctl padd user team/dev $(keyctl newring ${name} @u)`, '{"AccessKeyID":"x"}')
    const keyring = await open(name)
    assert.deepEqual(await keyring.keys(), ['team/dev'])
    assert.deepEqual(await keyring.get('team/dev'), {
      ...{ key: 'team/dev', data: new TextEncoder().encode('{"AccessKeyID":"x"}') },
      ...{ label: '', description: '', attributes: {} },
    })
    await keyring.set(item('ünit', 'ours'))
    assert.equal(keyctl(`keyctl pipe $(keyctl search ${ring()} user ünit)`), 'ours')
    keyctl(`keyctl padd user ünit ${ring()}`, 'theirs')
    assert.equal(textOf(await keyring.get('ünit')), 'theirs')
  })

  it('are for whoever has the keyring and nobody else', async () => {
    await (await open(name)).set(item('dev'))
    for (const id of [ring(), `$(keyctl search ${ring()} user dev)`]) {
      // All rights to those who possess it; seeing that it is there to its owner; nothing to group and others.
      assert.match(keyctl(`keyctl rdescribe ${id}`), /^\w+;\d+;\d+;3f010000;/)
    }
  })

  it('leave nothing behind when they are replaced or removed', { timeout: 30_000 }, async () => {
    const typesListed = (): (string | undefined)[] => {
      const lines = readFileSync('/proc/keys', 'latin1').split('\n')
      return lines.filter(line => line.includes(name)).map(line => line.trim().split(/\s+/)[7])
    }
    const keyring = await open(name)
    await keyring.set(item(`${name} once`))
    await keyring.set(item(`${name} once`, 'again'))
    await keyring.remove(`${name} once`)
    // The kernel takes the memory back a moment after the last process has let go.
    while (typesListed().length > 1) await setImmediate()
    assert.deepEqual(typesListed(), ['keyring'])
  })

  it('are read and written in a session that does not lead to them', async () => {
    const script = `
      import { testContext } from '@aws-vault/plugin-sdk/testkit'
      import backend from './src/index.ts'
      const keyring = await backend.open(testContext({ options: { name: ${JSON.stringify(name)} } }))
      const item = { key: 'dev', data: Buffer.from('there'), label: '', description: '', attributes: {} }
      await keyring.set(item)
      await keyring.set(item)
      const found = await keyring.get('dev')
      process.stdout.write(JSON.stringify([await keyring.keys(), Buffer.from(found.data).toString()]))`
    const conditions = process.execArgv.filter(argument => argument.startsWith('--conditions='))
    const node = [process.execPath, ...conditions, '--input-type=module', '--eval', script]
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const { stdout, stderr } = spawnSync('keyctl', ['session', '-', ...node], { cwd, encoding: 'utf8' })
    assert.equal(stdout, '[["dev"],"there"]', stderr)
    assert.equal(textOf(await (await open(name)).get('dev')), 'there')
  })

  it('that have expired or been revoked are not there', async () => {
    const keyring = await open(name)
    for (const key of ['revoked', 'expired', 'live']) await keyring.set(item(key))
    keyctl(`keyctl revoke $(keyctl search ${ring()} user revoked)`)
    keyctl(`keyctl timeout $(keyctl search ${ring()} user expired) 1`)
    while (textOf(await keyring.get('expired')) !== undefined);
    assert.equal(await keyring.get('revoked'), undefined)
    assert.deepEqual(await keyring.keys(), ['live'])
    assert.equal(await keyring.remove('revoked'), false)
    await keyring.set(item('revoked', 'anew'))
    assert.equal(textOf(await keyring.get('revoked')), 'anew')
  })

  it('of other types are none of ours', async () => {
    const keyring = await open(name)
    await keyring.set(item('dev'))
    keyctl(`keyctl newring nested ${ring()}`)
    assert.deepEqual(await keyring.keys(), ['dev'])
    assert.equal(await keyring.get('nested'), undefined)
  })

  it('have a largest size, and the old one stays when it is passed', async () => {
    const keyring = await open(name)
    await keyring.set(item('dev', 'old'))
    for (const data of ['', 'y'.repeat(32_768)]) {
      await rejects(keyring.set(item('dev', data)), 'ERR_KEYCTL_SIZE', /a key has 1 to 32767/)
    }
    assert.equal(textOf(await keyring.get('dev')), 'old')
  })

  it('may be as large as that', { skip: process.getuid?.() !== 0 && 'only root has room for it' }, async () => {
    const keyring = await open(name)
    await keyring.set(item('dev', 'x'.repeat(32_767)))
    assert.equal((await keyring.get('dev'))?.data.length, 32_767)
  })

  it("take no more than the user's share", { skip: process.getuid?.() === 0 && 'root has a large share' }, async () => {
    const keyring = await open(name)
    await keyring.set(item('dev', 'old'))
    await rejects(keyring.set(item('dev', 'x'.repeat(32_767))), 'ERR_KEYCTL_QUOTA', /your share/)
    keyctl(`i=0; while echo x | keyctl padd user $i ${ring()} 2>/dev/null; do i=$((i+1)); done`)
    await rejects(keyring.set(item('dev', 'new')), 'ERR_KEYCTL_QUOTA', /your share/)
    assert.equal(textOf(await keyring.get('dev')), 'old')
    assert.ok((await keyring.keys()).includes('dev'))
    assert.equal(await keyring.remove('dev'), true)
    discard(name)
    // The kernel takes the memory back a moment later; the tests after this one need it.
    const isFull = (): Promise<boolean> =>
      keyring.set(item('dev')).then(
        () => false,
        () => true,
      )
    while (await isFull()) await setImmediate()
  })

  it('take no part of an item whose writer was killed', async () => {
    await (await open(name)).set(item('dev', 'old'))
    const args = ['session', '-', 'sh', '-c', LEAD_TO_USER_KEYRING + SCRIPTS.set, 'sh', name, 'dev', '8']
    const { status, stderr } = spawnSync('keyctl', args, { input: 'half', encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, /4 bytes of 8 have come/)
    assert.equal(textOf(await (await open(name)).get('dev')), 'old')
  })

  it('have names that the kernel can list', async () => {
    const keyring = await open(name)
    for (const key of ['', 'a\0b', 'two\nlines', '\ud800', 'k'.repeat(4096)]) {
      await assert.rejects(() => keyring.set(item(key)), { code: 'ERR_KEYRING_KEY' })
      assert.throws(() => keyring.checkKey?.(key), { code: 'ERR_KEYRING_KEY' })
      assert.deepEqual([await keyring.get(key), await keyring.remove(key)], [undefined, false])
    }
    await keyring.set(item('k'.repeat(4095)))
    assert.deepEqual(await keyring.keys(), ['k'.repeat(4095)])
  })

  it('are not waited for once we are interrupted', async () => {
    const aborter = new AbortController()
    const keyring = await open(name, { signal: aborter.signal })
    aborter.abort()
    await assert.rejects(keyring.get('dev'), { name: 'AbortError' })
  })
})

describe('a kernel', () => {
  let bin: string
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'keyctl-'))
  })
  afterEach(() => rmSync(bin, { recursive: true, force: true }))

  it('without the program says which package has it', async () => {
    const programEnvironment = { PATH: bin }
    const availability = await backend.available(testContext({ programEnvironment }))
    assert.match(availability.available ? '' : availability.reason, /package keyutils/)
    await rejects((await open('x', { programEnvironment })).keys(), 'ERR_KEYCTL_NOT_FOUND', /keyutils/)
  })

  const refusals: Record<string, { says: string; code: string; message: RegExp }> = {
    'that is not let near': {
      says: 'keyctl_join_session_keyring: Function not implemented',
      code: 'ERR_KEYCTL_BLOCKED',
      message: /^cannot write the item "dev": this system does not let us use/,
    },
    'that has no more room for us': {
      says: 'add_key: Disk quota exceeded',
      code: 'ERR_KEYCTL_QUOTA',
      message: /your share of the kernel's memory for keys is used up/,
    },
    'that fails in another way': {
      says: 'Joined session keyring: 1\nadd_key: \u001b[31mOops',
      code: 'ERR_KEYRING_STORAGE',
      message: /keyctl failed: add_key: \\u\{1b\}\[31mOops$/,
    },
  }
  for (const [what, { says, code, message }] of Object.entries(refusals)) {
    it(what, async () => {
      writeFileSync(join(bin, 'keyctl'), `#!/bin/sh\ncat >&2 <<'X'\n${says}\nX\nexit 1\n`)
      chmodSync(join(bin, 'keyctl'), 0o755)
      const programEnvironment = { PATH: `${bin}:${process.env.PATH}` }
      assert.equal((await backend.available(testContext({ programEnvironment }))).available, false)
      await rejects((await open('x', { programEnvironment })).set(item('dev')), code, message)
    })
  }

  it('keeps names with a dot in front to itself', async () => {
    await assert.rejects(open('.x'), { code: 'ERR_SETTINGS_VALUE' })
  })
})
