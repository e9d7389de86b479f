import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { VaultError } from '@aws-vault/plugin-sdk'
import { item, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { type AgeHome, makeAgeHome, openHome, whyNoAge } from './age-home.ts'

/** Puts a program in front of PATH. */
function withProgram(home: AgeHome, name: string, script: string): Record<string, string> {
  writeFileSync(join(home.path, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(home.path, name), 0o755)
  return { PATH: `${home.path}:${process.env.PATH}`, HOME: home.path }
}

const bare = { PATH: '/nonexistent' }

describe('what is wrong with age is said', { skip: whyNoAge() ?? false }, () => {
  const cases: Record<string, [options: (home: AgeHome) => object, code: string, message: RegExp, hint: RegExp]> = {
    'no recipients are named': [
      () => ({ recipients: '' }),
      'ERR_AGE_RECIPIENTS',
      /no recipients file/,
      /--age-recipients/,
    ],
    'the recipients are not there': [
      () => ({ recipients: '/nope' }),
      'ERR_AGE_RECIPIENTS',
      /nope is not there/,
      /age-keygen -y/,
    ],
    'the recipients are a comment': [
      home => ({ recipients: write(home, '# nobody\n\n') }),
      'ERR_AGE_RECIPIENTS',
      /is empty: items would be encrypted to nobody/,
      /age-keygen -y/,
    ],
    'the recipients are none': [
      home => ({ recipients: write(home, 'age1nonsense\n') }),
      'ERR_AGE_RECIPIENTS',
      /age refuses the recipients .*malformed recipient at line 1/,
      /mend that file/,
    ],
    'the identity could not read it again': [
      home => ({ identity: home.addIdentity('age', { recipient: false }) }),
      'ERR_AGE_IDENTITY',
      /could not read it again/,
      /age-keygen -y .* >> /,
    ],
  }
  for (const [name, [options, code, message, hint]] of Object.entries(cases)) {
    it(`when an item is written: ${name}; the old one stays`, async () => {
      using home = makeAgeHome()
      await (await openHome(home)).set(item('dev', 'old'))
      const keyring = await openHome(home, { options: options(home) as Record<string, string> })
      await assert.rejects(keyring.set(item('dev', 'new')), says(code, message, hint))
      assert.equal(textOf(await (await openHome(home)).get('dev')), 'old')
    })
  }

  const readers: typeof cases = {
    'no identity is named': [() => ({ identity: '' }), 'ERR_AGE_IDENTITY', /no identity is named/, /--age-identity/],
    'the identity is not there': [
      () => ({ identity: '/nope' }),
      'ERR_AGE_IDENTITY',
      /nope is not there/,
      /age-keygen -o/,
    ],
    'the identity is empty': [
      home => ({ identity: write(home, '') }),
      'ERR_AGE_IDENTITY',
      /no identity$/,
      /age-keygen -o/,
    ],
    'the identity is nonsense': [
      home => ({ identity: write(home, 'nonsense\n') }),
      'ERR_AGE_IDENTITY',
      /age refuses the identity .*unknown identity type/,
      /--age-identity/,
    ],
    'the identity is another one': [
      home => ({ identity: home.addIdentity('age', { recipient: false }) }),
      'ERR_AGE_IDENTITY',
      /it is not encrypted to the identity/,
      /--age-identity/,
    ],
    'the identity is another SSH key': [
      home => ({ identity: home.addIdentity('ssh', { recipient: false, passphrase: 'secret' }) }),
      'ERR_AGE_IDENTITY',
      /it is not encrypted to the identity/,
      /--age-identity/,
    ],
    'the identity is encrypted to somebody': [
      home => ({ identity: join(home.dir, 'dev.age') }),
      'ERR_AGE_IDENTITY',
      /is encrypted, but not with a passphrase/,
      /age-keygen/,
    ],
    'the plugin is missing': [
      home => ({ identity: write(home, 'AGE-PLUGIN-NOSUCH-1QQQ\n') }),
      'ERR_AGE_PLUGIN',
      /"age-plugin-nosuch", which is not there/,
      /install age-plugin-nosuch/,
    ],
  }
  for (const [name, [options, code, message, hint]] of Object.entries(readers)) {
    it(`when an item is read: ${name}`, async () => {
      using home = makeAgeHome()
      await (await openHome(home)).set(item('dev', 'old'))
      const keyring = await openHome(home, { options: options(home) as Record<string, string> })
      await assert.rejects(keyring.get('dev'), says(code, message, hint))
    })
  }

  for (const [how, change] of Object.entries<(bytes: Buffer) => Buffer>({
    empty: () => Buffer.alloc(0),
    'cut in its head': bytes => bytes.subarray(0, 100),
    'cut in its body': bytes => bytes.subarray(0, -5),
    'changed by one bit': bytes => Buffer.from(bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)),
    'something else': () => Buffer.from('junk\n'),
  })) {
    it(`when a file is ${how}`, async () => {
      using home = makeAgeHome()
      const keyring = await openHome(home)
      await keyring.set(item('dev'))
      const file = join(home.dir, 'dev.age')
      writeFileSync(file, change(readFileSync(file)))
      await assert.rejects(keyring.get('dev'), says('ERR_KEYRING_ITEM', /dev\.age holds no item/, /backup/))
    })
  }

  it('when age is not installed', async () => {
    using home = makeAgeHome()
    await (await openHome(home)).set(item('dev'))
    const keyring = await openHome(home, { programEnvironment: bare })
    for (const task of [keyring.get('dev'), keyring.set(item('dev'))]) {
      await assert.rejects(task, says('ERR_AGE_NOT_FOUND', /"age" cannot be started/, /install it/))
    }
  })

  it('when age dies in the middle, and nothing is written then', async () => {
    using home = makeAgeHome()
    await (await openHome(home)).set(item('dev', 'old'))
    const programEnvironment = withProgram(home, 'age', 'echo half\nkill -9 $$')
    // Without an identity nothing is read back that could show it.
    const keyring = await openHome(home, { programEnvironment, options: { identity: '' } })
    await assert.rejects(keyring.set(item('dev')), says('ERR_KEYRING_STORAGE', /ended by a signal/, /./))
    assert.equal(textOf(await (await openHome(home)).get('dev')), 'old')
  })

  it('when age is waited for no longer', async () => {
    using home = makeAgeHome()
    await (await openHome(home)).set(item('dev'))
    const programEnvironment = withProgram(home, 'age', 'exec sleep 1000')
    const abort = new AbortController()
    const keyring = await openHome(home, { programEnvironment, signal: abort.signal })
    const reading = keyring.get('dev')
    abort.abort(new Error('interrupted'))
    await assert.rejects(reading, /interrupted/)
  })

  it('what a plugin says is shown while it waits, when somebody watches', async () => {
    for (const watched of [true, false]) {
      using home = makeAgeHome()
      await (await openHome(home)).set(item('dev', 'x'))
      const identity = write(home, 'AGE-PLUGIN-TEST-1QQQ\n')
      withProgram(home, 'age-plugin-test', '')
      const says = `echo "age: test plugin: touch your key" >&2; echo "age: warning: x" >&2`
      const real = `PATH='${process.env.PATH}' exec age -d -i '${home.identity}' "$4"`
      const programEnvironment = withProgram(home, 'age', `${says}; ${real}`)
      const keyring = await openHome(home, {
        options: { identity },
        programEnvironment,
        desk: { isWatched: async () => watched },
      })
      assert.equal(textOf(await keyring.get('dev')), 'x')
      assert.deepEqual(keyring.context.logged, watched ? ['age: test plugin: touch your key'] : [])
    }
  })
})

describe('whether age is available', { skip: whyNoAge() ?? false }, () => {
  const ask = (home: AgeHome, options: object, more: object = {}) =>
    backend.available(
      testContext({
        options: { dir: home.dir, recipients: home.recipients, identity: home.identity, ...options },
        ...more,
      }),
    )
  it('is answered by what is there, and nothing is made', async () => {
    using home = makeAgeHome()
    assert.deepEqual(await ask(home, {}), { available: true })
    for (const [options, more, reason] of [
      [{}, { programEnvironment: bare }, /"age" cannot be started/],
      [{ identity: '' }, {}, /no identity is named/],
      [{ recipients: '' }, {}, /no recipients file is named/],
      [{ identity: write(home, 'AGE-PLUGIN-NOSUCH-1QQQ\n') }, {}, /age-plugin-nosuch/],
      [
        { identity: write(home, 'age-encryption.org/v1\n') },
        { desk: { isWatched: async () => false } },
        /no terminal to ask/,
      ],
    ] as const) {
      const answer = await ask(home, options, more)
      assert.ok(!answer.available)
      assert.match(answer.reason, reason)
    }
    assert.throws(() => readFileSync(home.dir), { code: 'ENOENT' })
  })
})

function write(home: AgeHome, text: string): string {
  const path = join(home.path, crypto.randomUUID())
  appendFileSync(path, text)
  return path
}

function says(code: string, message: RegExp, hint: RegExp) {
  return (error: VaultError): boolean => {
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    assert.match(error.hint ?? '', hint)
    return true
  }
}
