import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  type Answer,
  answerJson,
  answerText,
  type LoopbackServer,
  type LoopbackServerOptions,
  SecretToken,
  startLoopbackServer,
} from '@aws-vault/plugin-sdk/server'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { RawClient, splitAnswers, statusOf } from './raw-client.ts'

const SECRET = 'THE-SECRET-THAT-IS-SERVED'

interface Served extends AsyncDisposable {
  readonly server: LoopbackServer
  readonly port: number
  /** A good request, with other headers or another target if given. */
  good(more?: string, target?: string): string
  readonly logged: readonly string[]
}

async function serve(options: Partial<LoopbackServerOptions> = {}): Promise<Served> {
  const token = new SecretToken('a-token-of-32-characters-or-so..')
  const secret = answerText(200, SECRET)
  const denied = answerJson(403, {})
  const { logger, logged } = testContext()
  const server = await startLoopbackServer({
    handler: ({ headers, path }) => {
      if (!token.equals(headers.get('authorization'))) return denied
      return path === '/' ? secret : answerText(404, path)
    },
    headers: ['Authorization'],
    logger,
    ...options,
  })
  return {
    server,
    port: server.port,
    good: (more = '', target = '/') =>
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: ${token.text}\r\n${more}\r\n`,
    logged,
    [Symbol.asyncDispose]: () => server.close(),
  }
}

describe('loopback server: who is answered', () => {
  test('a client that says the right things, and nothing about us', async () => {
    await using served = await serve()
    using client = new RawClient(served.port)
    const [answer = ''] = await client.send(served.good()).answers(1)
    assert.ok(answer.endsWith(`\r\n\r\n${SECRET}`))
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
    assert.match(answer, /^Cache-Control: no-store\r$/m)
    assert.match(answer, /^X-Content-Type-Options: nosniff\r$/m)
    assert.doesNotMatch(answer, /^(?:Server|Date|X-Powered-By|Access-Control-[^:]*):/im)
    assert.doesNotMatch(answer, /node|aws-vault|\d+\.\d+\.\d+/i)
  })

  const right = 'a-token-of-32-characters-or-so..'
  const wrong: readonly [string, string][] = [
    ['none', ''],
    ['an empty one', 'Authorization:\r\n'],
    ['another one', `Authorization: ${'x'.repeat(right.length)}\r\n`],
    ['one cut at its end', `Authorization: ${right.slice(0, -1)}\r\n`],
    ['one cut at its beginning', `Authorization: ${right.slice(1)}\r\n`],
    ['one with more behind', `Authorization: ${right}x\r\n`],
    ['one with much more behind', `Authorization: ${right}${'x'.repeat(15_000)}\r\n`],
    ['one twice', `Authorization: ${right}${right}\r\n`],
    ['a scheme before it', `Authorization: Bearer ${right}\r\n`],
    ['another case', `Authorization: ${right.toUpperCase()}\r\n`],
    ['two headers, the first right', `Authorization: ${right}\r\nAuthorization: x\r\n`],
    ['two headers, the second right', `Authorization: x\r\nauthorization: ${right}\r\n`],
  ]
  for (const [name, header] of wrong) {
    test(`no token that is wrong: ${name}`, async () => {
      await using served = await serve()
      const status = await statusOf(served.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n${header}\r\n`)
      assert.ok(status === 403 || status === 400, `${status}`)
    })
  }

  test('no other Host: DNS rebinding', async () => {
    await using served = await serve({ hosts: ['host.docker.internal:4000'] })
    const { port } = served
    const withHost = (host: string) =>
      statusOf(port, served.good().replace(/^Host: .*$/m, host === '' ? 'X-Nothing: 1' : `Host: ${host}`))
    assert.equal(await withHost(`127.0.0.1:${port}`), 200)
    assert.equal(await withHost('host.docker.internal:4000'), 200)
    for (const host of [
      'evil.test',
      `evil.test:${port}`,
      `localhost:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `127.0.0.1:${port}.`,
      `127.0.0.1.:${port}`,
      `127.1:${port}`,
      `127.0.0.2:${port}`,
      `0.0.0.0:${port}`,
      `2130706433:${port}`,
      `[::1]:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `x@127.0.0.1:${port}`,
      `127.0.0.1:${port},evil.test`,
      `HOST.docker.internal:4000`,
    ]) {
      assert.equal(await withHost(host), 421, host)
    }
    assert.equal(await withHost(''), 400)
    assert.equal(await statusOf(port, served.good(`Host: evil.test\r\n`)), 400, 'two of them')
  })

  test('no page in a browser', async () => {
    await using served = await serve()
    for (const header of [
      'Origin: http://evil.test',
      'Origin: null',
      `Origin: http://127.0.0.1:${served.port}`,
      'Sec-Fetch-Site: none',
      'Sec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site',
      'sec-fetch-dest: image',
      'Access-Control-Request-Method: GET',
    ]) {
      assert.equal(await statusOf(served.port, served.good(`${header}\r\n`)), 403, header)
    }
  })

  test('but a program that uses fetch of Node', async () => {
    await using served = await serve()
    const answer = await fetch(`${served.server.url}/`, {
      headers: { Authorization: 'a-token-of-32-characters-or-so..' },
    })
    assert.equal(await answer.text(), SECRET)
  })

  test('no other method', async () => {
    await using served = await serve()
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'PRI']) {
      assert.equal(await statusOf(served.port, served.good().replace('GET', method)), 405, method)
    }
    for (const method of ['get', 'Get', '', 'GET\t', 'G@T', 'GET GET', 'X'.repeat(17)]) {
      assert.equal(await statusOf(served.port, served.good().replace('GET', method)), 400, method)
    }
  })

  test('no client of another address of this machine, and none by IPv6', async context => {
    await using served = await serve()
    const others = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address)
    if (others.length === 0) context.diagnostic('this machine has no address but loopback')
    for (const host of ['::1', ...others]) assert.equal(await canConnect(served.port, host), false, host)
    // Linux takes the mapped form for the IPv4 address itself; the Host that belongs to it is refused above.
    assert.equal(await canConnect(served.port, '127.0.0.1'), true)
  })

  test('on all addresses, still none but those on loopback unless they are allowed', async () => {
    const own = Object.values(networkInterfaces())
      .flatMap(addresses => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address
    await using closed = await serve({ address: '::', hosts: [] })
    const request = (port: number): string => `GET / HTTP/1.1\r\nHost: [::]:${port}\r\n\r\n`
    assert.equal(
      await statusOf(closed.port, request(closed.port)),
      403,
      'by 127.0.0.1, which it sees as ::ffff:127.0.0.1',
    )
    if (own !== undefined) {
      using client = new RawClient(closed.port, own)
      assert.equal(await client.send(request(closed.port)).all(), '')
    }
    await using open = await serve({ address: '::', isAllowedClient: address => address === `::ffff:${own}` })
    if (own !== undefined) {
      using client = new RawClient(open.port, own)
      assert.equal((await client.send(request(open.port)).answers(1)).length, 1)
    }
    using loopback = new RawClient(open.port)
    assert.equal(await loopback.send(request(open.port)).all(), '', 'not allowed')
  })
})

describe('loopback server: what is taken', () => {
  test('a path as it is, and none that others may read differently', async () => {
    await using served = await serve({ handler: ({ path }) => answerText(200, path) })
    for (const target of [
      '/..',
      '/../',
      '/./',
      '/.',
      '/a/../',
      '//',
      '//evil.test/',
      '/a//b',
      '/%2e%2e/',
      '/%2E',
      '/%00',
      '/%',
      '/a%2fb',
      '/?',
      '/?a=b',
      '/#',
      '/a\\..\\b',
      '/{a}',
      '/"',
      '/.../..',
    ]) {
      assert.equal(await statusOf(served.port, served.good('', target)), 404, target)
    }
    for (const target of [
      `http://127.0.0.1:${served.port}/`,
      'http://evil.test/',
      '*',
      'evil.test:80',
      '',
      '/a b',
      '/\0',
      '/\x7f',
      '/\xff',
      '/\n',
      '/\r',
      '/\t',
      `/${'a'.repeat(3000)}`,
    ]) {
      assert.equal(await statusOf(served.port, served.good('', target)), 400, JSON.stringify(target.slice(0, 20)))
    }
    using client = new RawClient(served.port)
    const target = "/role-arn/arn:aws:iam::123456789012:role/a/b+c=d,e.f@g_h-i~j!$&'()*;"
    assert.ok((await client.send(served.good('', target)).answers(1))[0]?.endsWith(target))
  })

  test('nothing that is not clearly a request', async () => {
    await using served = await serve()
    const good = served.good()
    const line = good.slice(0, good.indexOf('\r\n'))
    const bad: readonly [string, string, number][] = [
      ['line ends without CR', good.replaceAll('\r\n', '\n') + '\r\n\r\n', 400],
      ['one line end without CR', good.replace('\r\n', '\n'), 400],
      ['CR alone', good.replace('\r\nAuth', '\rAuth'), 400],
      ['an empty line before', `\r\n${good}`, 400],
      ['two spaces', good.replace('GET ', 'GET  '), 400],
      ['a tab', good.replace('GET ', 'GET\t'), 400],
      ['a space at the end', good.replace(line, `${line} `), 400],
      ['HTTP/1.0', good.replace('HTTP/1.1', 'HTTP/1.0'), 505],
      ['HTTP/2.0', good.replace('HTTP/1.1', 'HTTP/2.0'), 505],
      ['HTTP/0.9', 'GET /\r\n\r\n', 400],
      ['http/1.1', good.replace('HTTP/1.1', 'http/1.1'), 400],
      ['HTTP/1.10', good.replace('HTTP/1.1', 'HTTP/1.10'), 400],
      ['a folded header', served.good('X: a\r\n b\r\n'), 400],
      ['a space before the colon', served.good('X : a\r\n'), 400],
      ['no colon', served.good('X\r\n'), 400],
      ['no name', served.good(': a\r\n'), 400],
      ['NUL in a value', served.good('X: a\0b\r\n'), 400],
      ['NUL in a name', served.good('X\0: a\r\n'), 400],
      ['a byte above 127, in what nobody reads', served.good('User-Agent: \xe4\x80\xff\xa0\r\n'), 200],
      ['a byte above 127 in a name', served.good('X\xe4: a\r\n'), 400],
      ['a byte above 127 in the token', good.replace('a-token', '\xe4-token'), 400],
      ['a byte above 127 behind the token', good.replace('so..', 'so..\xa0'), 400],
      ['a byte above 127 behind the host', good.replace(`:${served.port}`, `:${served.port}\xa0`), 400],
      ['DEL in a value', served.good('X: \x7f\r\n'), 400],
      ['an underscore is a name', served.good('X_Y: a\r\n'), 200],
      ['chunks', served.good('Transfer-Encoding: chunked\r\n'), 501],
      ['chunks and a length', served.good('Transfer-Encoding: chunked\r\nContent-Length: 0\r\n'), 501],
      ['identity', served.good('Transfer-Encoding: identity\r\n'), 501],
      ['a body', served.good('Content-Length: 5\r\n'), 413],
      ['an empty body', served.good('Content-Length: 0\r\n'), 200],
      ['+0', served.good('Content-Length: +0\r\n'), 400],
      ['-1', served.good('Content-Length: -1\r\n'), 400],
      ['0x0', served.good('Content-Length: 0x0\r\n'), 400],
      ['0, 0', served.good('Content-Length: 0, 0\r\n'), 400],
      ['two lengths', served.good('Content-Length: 0\r\nContent-Length: 0\r\n'), 400],
      ['an expectation', served.good('Expect: 100-continue\r\n'), 417],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
      ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
      [
        'an offer of HTTP/2',
        served.good('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'),
        200,
      ],
    ]
    for (const [name, bytes, status] of bad) assert.equal(await statusOf(served.port, bytes), status, name)
  })

  test('10 MB of headers are refused while they come, in one line or in many', async () => {
    await using served = await serve()
    for (const part of ['x'.repeat(1000), `${'X: y\r\n'.repeat(200)}`]) {
      using client = new RawClient(served.port)
      client.send(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nX: `)
      for (let sent = 0; sent < 10_000_000 && !client.socket.destroyed; sent += part.length) client.send(part)
      const received = await Promise.race([client.all(), client.answers(1).then(([answer]) => answer)]).catch(
        () => client.received,
      )
      assert.doesNotMatch(received ?? '', /200 OK/)
      assert.match(
        (received ?? '') || 'HTTP/1.1 431 ',
        /^HTTP\/1\.1 431 /,
        'the answer, unless it was lost in the reset',
      )
    }
    assert.equal(await statusOf(served.port, served.good(`X: ${'x'.repeat(20_000)}\r\n`)), 431)
    assert.equal(await statusOf(served.port, served.good(`X: ${'x'.repeat(15_000)}\r\n`)), 200)
    assert.equal(await statusOf(served.port, served.good()), 200, 'it still serves')
  })

  test('a body behind a good request is not taken for another one', async () => {
    await using served = await serve()
    using client = new RawClient(served.port)
    const smuggled = served.good()
    const text = await client.send(served.good(`Content-Length: ${smuggled.length}\r\n`) + smuggled).all()
    assert.equal(splitAnswers(text).length, 1)
    assert.match(text, /^HTTP\/1\.1 413 /)
  })
})

describe('loopback server: connections', () => {
  test('pipelined requests are answered in their order, also when some take longer', async () => {
    const waiting: ((answer: Answer) => void)[] = []
    await using served = await serve({
      handler: ({ path }) => (path === '/late' ? new Promise(resolve => waiting.push(resolve)) : answerText(200, path)),
    })
    using client = new RawClient(served.port)
    client.send(['/a', '/late', '/b', '/late', '/c'].map(path => served.good('', path)).join(''))
    assert.equal((await client.answers(1)).length, 1)
    while (waiting.length === 0) await new Promise(setImmediate)
    waiting.shift()?.(answerText(200, 'first'))
    await client.answers(3)
    while (waiting.length === 0) await new Promise(setImmediate)
    waiting.shift()?.(answerText(200, 'second'))
    const bodies = (await client.answers(5)).map(answer => answer.slice(answer.indexOf('\r\n\r\n') + 4))
    assert.deepEqual(bodies, ['/a', 'first', '/b', 'second', '/c'])
  })

  test('a request is taken however it is cut', async () => {
    await using served = await serve()
    const good = served.good()
    for (const size of [1, 2, 3, 7, 50]) {
      using client = new RawClient(served.port)
      const twice = good + good
      for (let at = 0; at < twice.length; at += size) {
        client.send(twice.slice(at, at + size))
        await new Promise(setImmediate)
      }
      const answers = await client.answers(2)
      assert.ok(answers.every(answer => answer.endsWith(SECRET)))
    }
  })

  test('Connection: close, and a client that closes its side, get their answer and an end', async () => {
    await using served = await serve()
    using closing = new RawClient(served.port)
    assert.match(await closing.send(served.good('Connection: close\r\n') + served.good()).all(), /^HTTP\/1\.1 200 /)
    assert.equal(splitAnswers(closing.received).length, 1)
    using half = new RawClient(served.port)
    half.socket.end(served.good())
    assert.match(await half.all(), /^HTTP\/1\.1 200 /)
    using cut = new RawClient(served.port)
    cut.socket.end(served.good().slice(0, 30))
    assert.equal(await cut.all(), '')
  })

  test('1,000 idle connections do not lock a client out; the one that was idle for longest goes first', async () => {
    await using served = await serve({ maxConnections: 64 })
    const idle: RawClient[] = []
    for (let count = 0; count < 1000; count++) {
      const client = new RawClient(served.port)
      idle.push(client)
      if (count % 50 === 49) await connected(client)
    }
    using real = new RawClient(served.port)
    assert.ok((await real.send(served.good()).answers(1))[0]?.endsWith(SECRET))
    assert.ok(served.server.connections <= 64, `${served.server.connections}`)
    await Promise.all(idle.slice(0, 900).map(client => client.closed))
    assert.equal(idle.at(-1)?.socket.destroyed, false)
    for (const client of idle) client[Symbol.dispose]()
  })

  test('slow clients: a head that does not end, bytes one by one, and answers that nobody reads', async () => {
    await using served = await serve({ patience: 100, idleTime: 100_000 })
    using stuck = new RawClient(served.port)
    stuck.send(served.good().slice(0, 40))
    using dripping = new RawClient(served.port)
    const drip = setInterval(() => dripping.socket.destroyed || dripping.send('X'), 10)
    using unread = new RawClient(served.port)
    unread.socket.pause()
    const request = served.good()
    const flood = setInterval(() => unread.socket.destroyed || unread.send(request.repeat(500)), 1)
    assert.match(await stuck.all(), /^HTTP\/1\.1 408 /)
    await dripping.closed
    clearInterval(drip)
    // Its other side is closed: it learns so when it reads again.
    while (served.server.connections > 0) await new Promise(resolve => setTimeout(resolve, 10))
    clearInterval(flood)
    assert.equal(await statusOf(served.port, served.good()), 200)
  })

  test('idle connections are closed after a while', async () => {
    await using served = await serve({ patience: 20, idleTime: 50 })
    using client = new RawClient(served.port)
    await client.send(served.good()).answers(1)
    await client.closed
  })

  test('close ends it and its connections, also while an answer is worked on', async () => {
    const served = await serve({ handler: () => new Promise(() => {}) })
    using client = new RawClient(served.port)
    using other = new RawClient(served.port)
    client.send(served.good())
    await connected(other)
    await served.server.close()
    await Promise.all([client.closed, other.closed])
    assert.equal(await canConnect(served.port, '127.0.0.1'), false)
    await served.server.close()
  })

  test('a handler that fails is a failure of that request alone, said once, without what it says to the client', async () => {
    await using served = await serve({
      handler: ({ path }) => {
        if (path === '/now') throw new Error('inner words')
        return Promise.reject(new Error('inner words'))
      },
    })
    for (const path of ['/now', '/later', '/later']) {
      using client = new RawClient(served.port)
      const [answer = ''] = await client.send(served.good('', path)).answers(1)
      assert.match(answer, /^HTTP\/1\.1 500 /)
      assert.doesNotMatch(answer, /inner/)
    }
    assert.equal(served.logged.length, 3)
  })

  test('a port that is taken is named', async () => {
    await using served = await serve()
    await assert.rejects(serve({ port: served.port }), {
      code: 'ERR_SERVER_LISTEN',
      message: `cannot listen on 127.0.0.1:${served.port}: another program listens there`,
    })
  })

  test('a Unix socket is for its owner alone', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'aws-vault-socket-'))
    const socketPath = join(directory, 's')
    {
      await using served = await serve({ socketPath })
      assert.equal(statSync(socketPath).mode & 0o777, 0o600)
      const get = (host: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const headers = { Host: host, Authorization: 'a-token-of-32-characters-or-so..' }
          request({ socketPath, path: '/', headers, agent: false }, answer => resolve(answer.resume().statusCode))
            .on('error', reject)
            .end()
        })
      assert.equal(await get('localhost'), 200)
      assert.equal(await get('evil.test'), 421)
      assert.equal(served.server.url, 'http://localhost')
    }
    rmSync(directory, { recursive: true })
  })
})

describe('tokens', () => {
  test('are long, all different, and equal to nothing but themselves', () => {
    const tokens = new Set(Array.from({ length: 100 }, () => new SecretToken().text))
    assert.equal(tokens.size, 100)
    for (const text of tokens) assert.match(text, /^[\w-]{43}$/)
    const token = new SecretToken('0123456789abcdef')
    assert.equal(token.equals('0123456789abcdef'), true)
    for (const other of [
      undefined,
      '',
      '0',
      '0123456789abcde',
      '0123456789abcdef0',
      '\0'.repeat(16),
      'ÿ'.repeat(1e6),
    ]) {
      assert.equal(token.equals(other), false)
    }
    assert.throws(() => new SecretToken('short'), RangeError)
    assert.throws(() => new SecretToken('with a space in it'), RangeError)
  })
})

const connected = (client: RawClient): Promise<void> =>
  new Promise(resolve => {
    if (!client.socket.connecting) resolve()
    client.socket.once('connect', () => resolve()).once('close', () => resolve())
  })

function canConnect(port: number, host: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
