import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Bus, type Message } from '@aws-vault/plugin-sdk/dbus'
import { end, SessionBus } from '../../../test/support/session-bus.ts'

const never = new AbortController().signal
const bus = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

describe('the D-Bus client', { skip: SessionBus.missing(), timeout: 60_000 }, () => {
  it('understands another client, and is understood', async () => {
    await using session = await SessionBus.start()
    const server = await session.connect()
    const calls: Message[] = []
    server.serve(call => {
      calls.push(call)
      return { signature: 'sa{si}ax(by)', body: ['ünit 🔥', new Map([['a', -1]]), [5n], [true, 7]] }
    })
    await server.callBus('RequestName', 'su', ['org.example.Stand', 4])
    const args = [
      '--session',
      '--print-reply',
      '--dest=org.example.Stand',
      '/org/example/Path',
      'org.example.Face.Method',
    ]
    const values = [
      'string:grüße',
      'int32:-5',
      'uint32:4000000000',
      'int64:-9',
      'uint64:18446744073709551615',
      'double:0.5',
    ]
    const more = ['byte:200', 'boolean:true', 'array:string:a,b', 'dict:string:int32:x,1,y,2', 'variant:objpath:/x/y']
    const { code, stdout, stderr } = await session.run('dbus-send', [...args, ...values, ...more])
    assert.equal(code, 0, stderr)
    const [call] = calls
    assert.deepEqual(
      { path: call?.path, interface: call?.interface, member: call?.member, signature: call?.signature },
      { path: '/org/example/Path', interface: 'org.example.Face', member: 'Method', signature: 'siuxtdybasa{si}v' },
    )
    const { Variant } = await import('@aws-vault/plugin-sdk/dbus')
    assert.deepEqual(call?.body, [
      ...['grüße', -5, 4_000_000_000, -9n, 18446744073709551615n, 0.5, 200, true, ['a', 'b']],
      ...[
        new Map([
          ['x', 1],
          ['y', 2],
        ]),
        new Variant('o', '/x/y'),
      ],
    ])
    assert.match(stdout, /string "ünit 🔥"\s+array \[\s+dict entry\(\s+string "a"\s+int32 -1\s+\)\s+\]/)
    assert.match(stdout, /array \[\s+int64 5\s+\]\s+struct \{\s+boolean true\s+byte 7\s+\}/)
  })

  it('carries a megabyte, and many calls at once', async () => {
    await using session = await SessionBus.start()
    const server = await session.connect()
    server.serve(({ body, signature = '' }) => ({ signature, body }))
    await server.callBus('RequestName', 'su', ['org.example.Echo', 4])
    const client = await session.connect()
    const echo = { destination: 'org.example.Echo', path: '/', interface: 'org.example.Echo', member: 'Echo' }
    const large = Buffer.alloc(1_000_000, 'x')
    const [back] = await client.call({ ...echo, signature: 'ay', args: [large] })
    assert.deepEqual(Buffer.from(back as Uint8Array), large)
    const all = Array.from({ length: 100 }, (_, index) => client.call({ ...echo, signature: 'u', args: [index] }))
    assert.deepEqual(
      (await Promise.all(all)).flat(),
      Array.from({ length: 100 }, (_, index) => index),
    )
  })

  it('rejects what was answered by an error, late, or not at all', async () => {
    await using session = await SessionBus.start()
    const client = await session.connect()
    await assert.rejects(client.call({ ...bus, member: 'Nonsense' }), {
      name: 'CallError',
      errorName: 'org.freedesktop.DBus.Error.UnknownMethod',
    })
    await assert.rejects(client.call({ ...bus, member: 'GetId', signature: 's', args: [5] }), { problem: 'malformed' })
    const mute = await session.connect()
    mute.serve(() => undefined)
    await mute.callBus('RequestName', 'su', ['org.example.Mute', 4])
    const call = { destination: 'org.example.Mute', path: '/', interface: 'a.b', member: 'C' }
    await assert.rejects(client.call({ ...call, patience: 50 }), { name: 'BusError', problem: 'timeout' })
    const waiting = assert.rejects(client.call(call), { errorName: 'org.freedesktop.DBus.Error.NoReply' })
    mute.close()
    await waiting
    client.close()
    await assert.rejects(client.callBus('GetId'), { problem: 'closed' })
  })

  it('ends its calls when the bus ends, and when its signal is aborted', async () => {
    await using session = await SessionBus.start()
    const mute = await session.connect()
    mute.serve(() => undefined)
    await mute.callBus('RequestName', 'su', ['org.example.Mute', 4])
    const call = { destination: 'org.example.Mute', path: '/', interface: 'a.b', member: 'C', patience: Infinity }

    const interruption = new AbortController()
    const one = await Bus.connect(session.address, { signal: interruption.signal, patience: 5000 })
    const aborted = assert.rejects(one.call(call), { name: 'AbortError' })
    interruption.abort()
    await aborted
    one.close()
    await assert.rejects(Bus.connect(session.address, { signal: interruption.signal, patience: 5000 }), {
      name: 'AbortError',
    })

    const other = await Bus.connect(session.address, { signal: never, patience: 5000 })
    const closed = assert.rejects(other.call(call), { problem: 'closed' })
    await end(session.daemon)
    await closed
  })

  it('hears the signals that it asked for, of the sender that it asked for, until it has heard enough', async () => {
    await using session = await SessionBus.start()
    const [right, wrong, client] = await Promise.all([session.connect(), session.connect(), session.connect()])
    const [sender] = (await right.callBus('GetNameOwner', 's', [await nameOf(right, 'org.example.Right')])) as [string]
    const heard: unknown[] = []
    const signal = { path: '/p', interface: 'a.b', member: 'Signal' }
    const unwatch = await client.watch({ ...signal, sender }, args => heard.push(...args))
    const emit = (bus: Bus, value: string, more = {}): void =>
      bus.emit({ ...signal, signature: 's', body: [value], ...more })
    emit(wrong, 'of another sender', { destination: await nameOf(client, 'org.example.Client') })
    emit(right, 'of another path', { path: '/q' })
    emit(right, 'right')
    // Answers come in the order of what was sent.
    await right.callBus('GetId')
    await wrong.callBus('GetId')
    await client.callBus('GetId')
    assert.deepEqual(heard, ['right'])
    unwatch()
    emit(right, 'too late')
    await right.callBus('GetId')
    await client.callBus('GetId')
    assert.deepEqual(heard, ['right'])
  })

  it('is not kept waiting by the process that uses it', async () => {
    await using session = await SessionBus.start()
    const script = `
      import { Bus } from '@aws-vault/plugin-sdk/dbus'
      const bus = await Bus.connect(process.env.DBUS_SESSION_BUS_ADDRESS, { signal: new AbortController().signal, patience: 600_000 })
      await bus.callBus('GetId')
      bus.close()
      process.stdout.write('done')`
    const flags = ['--conditions=@aws-vault/source', '--input-type=module', '--eval', script]
    const child = session.spawn(process.execPath, flags, {}, import.meta.dirname)
    const { promise, resolve } = Promise.withResolvers<number | null>()
    child.once('exit', resolve)
    assert.equal(await promise, 0)
  })
})

async function nameOf(bus: Bus, name: string): Promise<string> {
  await bus.callBus('RequestName', 'su', [name, 4])
  return name
}
