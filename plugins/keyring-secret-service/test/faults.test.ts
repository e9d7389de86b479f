import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Bus, Variant } from '@aws-vault/plugin-sdk/dbus'
import { item, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import { GnomeKeyring } from '../../../test/support/gnome-keyring.ts'
import { end, SessionBus } from '../../../test/support/session-bus.ts'
import { type Answers, standIn } from '../../../test/support/stand-in.ts'
import backend from '../src/index.ts'
import { openKeyring } from './keyring.ts'

const NAME = 'org.freedesktop.secrets'
const COLLECTION = '/org/freedesktop/secrets/collection/awsvault'

async function reasonOf(sessionBus: string | undefined): Promise<string> {
  const answer = await backend.available(testContext({ sessionBus }))
  assert.equal(answer.available, false)
  return answer.available ? '' : answer.reason
}

describe('without a Secret Service', { skip: SessionBus.missing(), timeout: 60_000 }, () => {
  it('says that there is no bus', async () => {
    assert.match(await reasonOf(undefined), /there is no session bus here$/)
    await assert.rejects(openKeyring(undefined).keys(), {
      code: 'ERR_KEYRING_ABSENT',
      hint: /DBUS_SESSION_BUS_ADDRESS/,
    })
    assert.match(await reasonOf('unix:path=/nowhere/bus'), /no bus answers at \/nowhere\/bus \(ENOENT\)$/)
    assert.match(await reasonOf('tcp:host=127.0.0.1,port=1'), /names no bus on this machine$/)
    assert.match(await reasonOf('autolaunch:'), /names no bus on this machine$/)
  })

  it('says that nobody has its name on the bus', async () => {
    await using session = await SessionBus.start()
    assert.match(await reasonOf(session.address), /it does not run and cannot be started by the session bus$/)
    await assert.rejects(openKeyring(session.address).get('dev'), {
      code: 'ERR_KEYRING_ABSENT',
      hint: /--backend file/,
    })
  })

  it('says that it cannot be started', async () => {
    await using session = await SessionBus.start({ services: { [NAME]: '/bin/false' } })
    assert.match(await reasonOf(session.address), /it cannot be started: .*exited with status 1/)
    await assert.rejects(openKeyring(session.address).keys(), { code: 'ERR_KEYRING_ABSENT' })
  })

  it('waits neither for a bus that says nothing nor for one that is none', async () => {
    const { createServer } = await import('node:net')
    await using session = await SessionBus.start()
    for (const greeting of [
      undefined,
      'REJECTED EXTERNAL\r\n',
      'x'.repeat(10_000),
      'OK 1234\r\nnot a message at all',
    ]) {
      const sockets = new Set<{ destroy(): void }>()
      const path = join(session.home, `socket-${greeting?.length ?? 0}`)
      const server = createServer(socket => {
        sockets.add(socket.on('error', () => {}))
        if (greeting !== undefined) socket.write(greeting)
      })
      await new Promise<void>(resolve => server.listen(path, resolve))
      const keyring = openKeyring(`unix:path=${path}`, { patience: 300 })
      await assert.rejects(keyring.keys(), { code: /^ERR_KEYRING_(?:ABSENT|TIMEOUT|STORAGE)$/ })
      assert.equal((await backend.available(testContext({ sessionBus: `unix:path=${path}` }))).available, false)
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })
})

describe('GNOME Keyring', { skip: GnomeKeyring.missing(), timeout: 60_000 }, () => {
  it('is started by the bus', async () => {
    await using session = await SessionBus.start({
      services: { [NAME]: '/usr/bin/gnome-keyring-daemon --start --foreground --components=secrets' },
    })
    const keyring = openKeyring(session.address)
    assert.deepEqual(await keyring.keys(), [])
    assert.deepEqual(await backend.available(testContext({ sessionBus: session.address })), { available: true })
    await keyring.close()
  })

  it('that hangs is waited for a while, and found again when it goes on', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('awsvault')
    const keyring = openKeyring(gnome.bus.address, { patience: 300 })
    await keyring.set(item('dev', 'stored'))
    gnome.daemon.kill('SIGSTOP')
    for (const work of [
      () => keyring.get('dev'),
      () => keyring.keys(),
      () => keyring.set(item('x')),
      () => keyring.remove('x'),
    ]) {
      await assert.rejects(work(), { code: 'ERR_KEYRING_TIMEOUT', message: /^the Secret Service does not answer/ })
    }
    assert.match(await reasonOf(gnome.bus.address), /does not answer within 0.5 seconds$/)
    gnome.daemon.kill('SIGCONT')
    const later = openKeyring(gnome.bus.address)
    assert.equal(textOf(await later.get('dev')), 'stored')
    await keyring.close()
    await later.close()
  })

  it('that was killed is said to have ended; another one in its place is found by the next call', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('awsvault')
    const keyring = openKeyring(gnome.bus.address)
    await keyring.set(item('dev', 'stored'))
    const slow = openKeyring(gnome.bus.address)
    await slow.keys()
    gnome.daemon.kill('SIGSTOP')
    const inFlight = assert.rejects(slow.get('dev'), {
      code: 'ERR_KEYRING_STORAGE',
      message: 'the Secret Service ended before it had answered',
    })
    await end(gnome.daemon)
    await inFlight
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_STORAGE' })
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_ABSENT' })
    await gnome.restart()
    // It is locked now, and nobody can be asked.
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_DISMISSED' })
    await keyring.close()
    await slow.close()
  })

  it('has what was stored after it was killed at once', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('awsvault', 's3cret')
    const keyring = openKeyring(gnome.bus.address)
    await keyring.set(item('dev', 'stored'))
    await gnome.restart()
    await gnome.unlock(COLLECTION, 's3cret')
    const again = openKeyring(gnome.bus.address)
    assert.equal(textOf(await again.get('dev')), 'stored')
    await again.close()
    await keyring.close()
  })

  it('that is locked lists its keys while it knows them, without a question', async () => {
    await using gnome = await GnomeKeyring.start()
    const path = await gnome.makeCollection('awsvault')
    const keyring = openKeyring(gnome.bus.address)
    await keyring.set(item('dev'))
    await gnome.lock(path)
    assert.deepEqual(await keyring.keys(), ['dev'])
    // After its start it has only hashes of them.
    await gnome.restart()
    const later = openKeyring(gnome.bus.address)
    await assert.rejects(later.keys(), { code: 'ERR_KEYRING_DISMISSED' })
    await later.close()
    await keyring.close()
  })

  it('refuses a name that D-Bus cannot carry, before anything is stored', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('awsvault')
    const keyring = openKeyring(gnome.bus.address)
    for (const key of ['a\0b', 'half \ud83d']) {
      await assert.rejects(keyring.set(item(key)), { code: 'ERR_KEYRING_KEY' })
      assert.equal(await keyring.get(key), undefined)
      assert.equal(await keyring.remove(key), false)
    }
    assert.deepEqual(await keyring.keys(), [])
    await keyring.close()
  })

  it('ends every call when we are interrupted', async () => {
    await using gnome = await GnomeKeyring.start()
    const interruption = new AbortController()
    const keyring = openKeyring(gnome.bus.address, { signal: interruption.signal })
    await keyring.keys()
    gnome.daemon.kill('SIGSTOP')
    const waiting = assert.rejects(keyring.keys(), { name: 'AbortError' })
    interruption.abort()
    await waiting
    await assert.rejects(keyring.keys(), { name: 'AbortError' })
    await keyring.close()
  })

  it('says of what is no item that it is none', async () => {
    await using gnome = await GnomeKeyring.start()
    await gnome.makeCollection('awsvault')
    const keyring = openKeyring(gnome.bus.address)
    await gnome.bus.run(
      'secret-tool',
      ['store', '--label=odd', `--collection=${COLLECTION}`, 'profile', 'odd'],
      'not JSON',
    )
    await assert.rejects(keyring.get('odd'), { code: 'ERR_KEYRING_ITEM' })
    await keyring.set(item('odd', 'mended'))
    assert.equal(textOf(await keyring.get('odd')), 'mended')
    await keyring.close()
  })
})

/** Enough of a service for one item, whose secrets go in plain. */
function service(more: Answers = {}): Answers {
  const paths = (...list: readonly string[]) => ({ signature: 'ao', body: [list] })
  return {
    Get: ([, name]) => {
      const values: Record<string, Variant> = {
        Locked: new Variant('b', false),
        Collections: new Variant('ao', [COLLECTION]),
        Items: new Variant('ao', [`${COLLECTION}/1`]),
        Label: new Variant('s', 'awsvault'),
        Attributes: new Variant('a{ss}', new Map([['profile', 'dev']])),
        Modified: new Variant('t', 1n),
      }
      return { signature: 'v', body: [values[name as string]] }
    },
    OpenSession: ([algorithm]) =>
      algorithm === 'plain'
        ? { signature: 'vo', body: [new Variant('s', ''), '/session/1'] }
        : { error: 'org.freedesktop.DBus.Error.NotSupported' },
    SearchItems: () => paths(`${COLLECTION}/1`),
    GetSecret: () => ({
      signature: '(oayays)',
      body: [['/session/1', new Uint8Array(), Buffer.from('{"Data":"aGVsbG8="}'), 'text/plain']],
    }),
    ...more,
  }
}

describe('a service', { skip: SessionBus.missing(), timeout: 60_000 }, () => {
  it('that cannot encrypt is used, which is said once', async () => {
    await using session = await SessionBus.start()
    await standIn(session, NAME, service())
    const keyring = openKeyring(session.address)
    assert.equal(textOf(await keyring.get('dev')), 'hello')
    assert.equal(textOf(await keyring.get('dev')), 'hello')
    const warnings = keyring.context.logged.filter(line => line.includes('in plain'))
    assert.deepEqual(warnings, [
      'the Secret Service cannot encrypt its sessions: secrets go over the session bus in plain',
    ])
    await keyring.close()
  })

  it('that stays locked without asking is called locked', async () => {
    await using session = await SessionBus.start()
    const answers = service({
      Get: () => ({ signature: 'v', body: [new Variant('b', true)] }),
      Unlock: () => ({ signature: 'aoo', body: [[], '/'] }),
    })
    await standIn(session, NAME, answers)
    const keyring = openKeyring(session.address)
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_LOCKED', hint: /seahorse/ })
    await keyring.close()
  })

  it('that is locked between two calls is unlocked again', async () => {
    await using session = await SessionBus.start()
    let state: 'open' | 'locked' | 'reopened' = 'open'
    const usual = service()
    await standIn(session, NAME, {
      ...usual,
      Get: (args, call) =>
        args[1] === 'Locked'
          ? { signature: 'v', body: [new Variant('b', state === 'locked')] }
          : (usual.Get?.(args, call) ?? 'silence'),
      SearchItems: (args, call) => {
        if (state === 'open') state = 'locked'
        if (state === 'locked') return { error: 'org.freedesktop.Secret.Error.IsLocked' }
        return usual.SearchItems?.(args, call) ?? 'silence'
      },
      Unlock: () => {
        state = 'reopened'
        return { signature: 'aoo', body: [[COLLECTION], '/'] }
      },
    })
    const keyring = openKeyring(session.address)
    assert.equal(textOf(await keyring.get('dev')), 'hello')
    assert.equal(state, 'reopened')
    await keyring.close()
  })

  it('that asks each caller anew is asked once by many', async () => {
    await using session = await SessionBus.start()
    let locked = true
    let prompts = 0
    const usual = service()
    const bus = await standIn(session, NAME, {
      ...usual,
      Get: (args, call) =>
        args[1] === 'Locked'
          ? { signature: 'v', body: [new Variant('b', locked)] }
          : (usual.Get?.(args, call) ?? 'silence'),
      Unlock: () => ({ signature: 'aoo', body: [[], `/prompt/${++prompts}`] }),
      Prompt: (_args, { path }) => {
        setTimeout(() => {
          locked = false
          const completed = { path, interface: 'org.freedesktop.Secret.Prompt', member: 'Completed' }
          bus.emit({ ...completed, signature: 'bv', body: [false, new Variant('ao', [COLLECTION])] })
        }, 50)
        return { signature: '', body: [] }
      },
    })
    const keyrings = Array.from({ length: 10 }, () => openKeyring(session.address))
    const found = await Promise.all(keyrings.map(async keyring => textOf(await keyring.get('dev'))))
    assert.deepEqual(found, Array(10).fill('hello'))
    assert.equal(prompts, 1)
    for (const keyring of keyrings) await keyring.close()
  })

  it('that answers nothing is waited for a while', async () => {
    await using session = await SessionBus.start()
    await standIn(session, NAME, { Get: () => 'silence', Ping: () => 'silence' })
    assert.match(await reasonOf(session.address), /does not answer within 0.5 seconds$/)
    const keyring = openKeyring(session.address, { patience: 200 })
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_TIMEOUT' })
    await keyring.close()
  })

  it('that opens a window and then hangs is not waited for as for a person', async () => {
    await using session = await SessionBus.start()
    const answers = service({
      Get: () => ({ signature: 'v', body: [new Variant('b', true)] }),
      Unlock: () => ({ signature: 'aoo', body: [[], '/prompt/1'] }),
      Prompt: () => ({ signature: '', body: [] }),
      Ping: () => 'silence',
    })
    await standIn(session, NAME, answers)
    const keyring = openKeyring(session.address, { patience: 200 })
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_TIMEOUT', message: /Ping/ })
    await keyring.close()
  })

  it('that offers a key by which everybody knows the secret is not used', async () => {
    await using session = await SessionBus.start()
    let key: Uint8Array = new Uint8Array()
    const answers = service({ OpenSession: () => ({ signature: 'vo', body: [new Variant('ay', key), '/session/1'] }) })
    await standIn(session, NAME, answers)
    for (const bytes of [[], [0], [1], Array(200).fill(255)]) {
      key = Uint8Array.from(bytes)
      const keyring = openKeyring(session.address)
      await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_STORAGE', message: /must not be used$/ })
      await assert.rejects(keyring.set(item('dev')), { code: 'ERR_KEYRING_STORAGE', message: /must not be used$/ })
      await keyring.close()
    }
  })

  it('that refuses is quoted', async () => {
    await using session = await SessionBus.start()
    await standIn(session, NAME, service({ SearchItems: () => ({ error: 'org.example.Odd' }) }))
    const keyring = openKeyring(session.address)
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_STORAGE', message: /SearchItems failed$/ })
    await keyring.close()
  })

  it('whose prompt another program answers is not believed', async () => {
    await using session = await SessionBus.start()
    let stranger: Bus | undefined
    const bus = await standIn(
      session,
      NAME,
      service({
        Get: () => ({ signature: 'v', body: [new Variant('b', true)] }),
        Unlock: () => ({ signature: 'aoo', body: [[], '/prompt/1'] }),
        Prompt: (_args, { sender }) => {
          const completed = { path: '/prompt/1', interface: 'org.freedesktop.Secret.Prompt', member: 'Completed' }
          const result = { signature: 'bv', body: [false, new Variant('ao', [])] }
          // To us alone, which needs no rule of ours.
          stranger?.emit({ ...completed, ...result, destination: sender })
          // The true answer comes later.
          setTimeout(() => bus.emit({ ...completed, signature: 'bv', body: [true, new Variant('s', '')] }), 50)
          return { signature: '', body: [] }
        },
      }),
    )
    stranger = await session.connect()
    const keyring = openKeyring(session.address)
    await assert.rejects(keyring.get('dev'), { code: 'ERR_KEYRING_DISMISSED' })
    await keyring.close()
  })
})
