/** Who makes room for whom, when more connect than there is room for. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answerText, type LoopbackServerOptions, startLoopbackServer } from '@aws-vault/plugin-sdk/server'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { RawClient } from './raw-client.ts'

async function serve(options: Partial<LoopbackServerOptions>) {
  const { logger } = testContext()
  const handler = () => answerText(200, 'served')
  const server = await startLoopbackServer({
    handler,
    logger,
    headers: ['Authorization'],
    maxConnections: 8,
    ...options,
  })
  const { port } = server
  return {
    server,
    port,
    request: (token: string) => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${token}\r\n\r\n`,
    [Symbol.asyncDispose]: () => server.close(),
  }
}

describe('connections that have shown a token', () => {
  const proves: LoopbackServerOptions['proves'] = ({ headers }) => headers.get('authorization') === 'right'

  test('do not go for those that have not, idle or asking with a wrong one', async () => {
    await using served = await serve({ proves })
    using known = new RawClient(served.port)
    await known.send(served.request('right')).answers(1)
    const strangers: RawClient[] = []
    for (let count = 0; count < 200; count++) {
      const stranger = new RawClient(served.port)
      strangers.push(stranger)
      if (count % 2 === 0) await stranger.send(served.request('wrong')).answers(1)
    }
    // Those that came first have gone for those that came last.
    await Promise.all(strangers.slice(0, 160).map(({ closed }) => closed))
    assert.ok(served.server.connections <= 1 + 4 * 8, `${served.server.connections}`)
    assert.equal((await known.send(served.request('right')).answers(2)).length, 2)
    using newcomer = new RawClient(served.port)
    assert.equal((await newcomer.send(served.request('right')).answers(1)).length, 1)
    for (const stranger of strangers) stranger[Symbol.dispose]()
  })

  test('do not go for each other while their answer is being made', async () => {
    const answer = Promise.withResolvers<ReturnType<typeof answerText>>()
    const begun = Promise.withResolvers<void>()
    const handler: LoopbackServerOptions['handler'] = ({ path }) => {
      if (path === '/') return answerText(200, 'served')
      begun.resolve()
      return answer.promise
    }
    await using served = await serve({ proves, handler })
    using slow = new RawClient(served.port)
    slow.send(served.request('right').replace('GET /', 'GET /slow'))
    await begun.promise
    for (let count = 0; count < 20; count++) {
      using client = new RawClient(served.port)
      await client.send(served.request('right')).answers(1)
    }
    const others = Array.from({ length: 20 }, () => new RawClient(served.port))
    for (const other of others) await other.send(served.request('right')).answers(1)
    answer.resolve(answerText(200, 'late'))
    assert.equal((await slow.answers(1)).length, 1)
    for (const other of others) other[Symbol.dispose]()
  })

  test('make room for each other: the one that was idle for longest goes', async () => {
    await using served = await serve({ proves })
    const known: RawClient[] = []
    for (let count = 0; count < 9; count++) {
      const client = new RawClient(served.port)
      known.push(client)
      await client.send(served.request('right')).answers(1)
    }
    await known[0]?.closed
    assert.equal((await known[1]?.send(served.request('right')).answers(2))?.length, 2)
    for (const client of known) client[Symbol.dispose]()
  })
})

describe('clients that have to be let in', () => {
  test('take no room until they are, and nothing that they say is read', async () => {
    const verdicts: ((isAdmitted: boolean) => void)[] = []
    let served = 0
    await using server = await serve({
      handler: () => {
        served++
        return answerText(200, 'served')
      },
      admits: () => new Promise(resolve => verdicts.push(resolve)),
    })
    const asked = async (count: number): Promise<void> => {
      while (verdicts.length < count) await new Promise(setImmediate)
    }
    using ours = new RawClient(server.port)
    const answered = ours.send(server.request('')).answers(1)
    await asked(1)
    verdicts[0]?.(true)
    await answered
    const others = Array.from({ length: 100 }, () => new RawClient(server.port).send(server.request('')))
    await asked(101)
    assert.deepEqual([served, server.server.connections], [1, 1])
    for (const verdict of verdicts.slice(1)) verdict(false)
    await Promise.all(others.map(({ closed }) => closed))
    assert.equal(served, 1)
    assert.ok(others.every(({ received }) => !received.includes('served')))
    assert.equal((await ours.send(server.request('')).answers(2)).length, 2)
  })

  test('are asked for at their first request while they are few, and not at all with a token', async () => {
    const asked: number[] = []
    let isAdmitted = true
    await using server = await serve({
      proves: ({ headers }) => headers.get('authorization') === 'right',
      admits: async ({ port }) => {
        asked.push(port)
        return isAdmitted
      },
    })
    using silent = new RawClient(server.port)
    using proved = new RawClient(server.port)
    await proved.send(server.request('right')).answers(1)
    assert.deepEqual(asked, [])
    using asking = new RawClient(server.port)
    await asking.send(server.request('none')).answers(1)
    await asking.send(server.request('none')).answers(2)
    assert.deepEqual(asked, [asking.socket.localPort], 'once for each')
    isAdmitted = false
    using foreign = new RawClient(server.port)
    assert.match(await foreign.send(server.request('none')).all(), /^HTTP\/1\.1 403 /)
    // Those that say nothing bring the others to be asked for at once.
    const more = Array.from({ length: 40 }, () => new RawClient(server.port))
    await Promise.all(more.slice(16).map(({ closed }) => closed))
    assert.equal(silent.socket.destroyed, false)
    assert.equal((await proved.send(server.request('right')).answers(2)).length, 2)
    for (const client of more) client[Symbol.dispose]()
  })

  test('are cut off where that cannot be told, and when the server ends meanwhile', async () => {
    await using failing = await serve({ admits: () => Promise.reject(new Error('nobody knows')) })
    using client = new RawClient(failing.port)
    await client.send(failing.request('')).closed
    assert.doesNotMatch(client.received, /served/)
    const asked = Promise.withResolvers<void>()
    await using ending = await serve({
      admits: () => {
        asked.resolve()
        return new Promise(() => {})
      },
    })
    using waiting = new RawClient(ending.port)
    await asked.promise
    await ending.server.close()
    await waiting.closed
  })
})
