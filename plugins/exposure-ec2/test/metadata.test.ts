import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import type { Credentials, OptionValue } from '@aws-vault/plugin-sdk'
import { type TestContext, testContext } from '@aws-vault/plugin-sdk/testkit'
import { RawClient, splitAnswers, statusOf } from '../../sdk/test/raw-client.ts'
import exposure from '../src/index.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const CREDENTIALS = '/latest/meta-data/iam/security-credentials/local-credentials'

interface Served extends AsyncDisposable {
  readonly port: number
  readonly context: TestContext
  time: number
  credentials: Credentials
  ask(path: string, options?: { method?: string; headers?: Record<string, string> }): Promise<Said>
  token(seconds?: string | number): Promise<string>
  /** With a token. */
  read(path: string, token?: string): Promise<Said>
}

interface Said {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

async function serve(options: Record<string, OptionValue> = {}, region: string | undefined = 'eu-west-1') {
  const served = { time: NOW, credentials: issue('ASIAFIRST', 3600) } as Served
  const context = { ...testContext({ options }), clock: { now: () => served.time } }
  const source = {
    profile: 'work',
    ...(region === '' ? {} : { region }),
    current: async () => served.credentials,
    ready: () => served.credentials,
  }
  const exposed = await exposure.expose(source, context)
  const base = exposed.environment.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? ''
  const ask: Served['ask'] = (path, { method = 'GET', headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(`${base}${path}`, { method, headers, agent: false }, response => {
        let body = ''
        response.setEncoding('utf8').on('data', part => {
          body += part
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }))
      })
      sent.on('error', reject).end()
    })
  const token: Served['token'] = async (seconds = 21_600) => {
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': `${seconds}` }
    const { status, body } = await ask('/latest/api/token', { method: 'PUT', headers })
    assert.equal(status, 200)
    return body
  }
  return Object.assign(served, {
    port: Number(new URL(base).port),
    context,
    ask,
    token,
    read: async (path: string, given?: string) =>
      ask(path, { headers: { 'X-aws-ec2-metadata-token': given ?? (await token()) } }),
    [Symbol.asyncDispose]: () => exposed.close?.() ?? Promise.resolve(),
  })
}

const issue = (accessKeyId: string, seconds: number): Credentials => ({
  accessKeyId,
  secretAccessKey: SECRET,
  sessionToken: 'session/token==',
  expiration: new Date(NOW + seconds * 1000 + 999),
})

describe('what is served', () => {
  test('credentials, in the shape that the metadata service gives', async () => {
    await using served = await serve()
    const { status, body } = await served.read(CREDENTIALS)
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(body), {
      Code: 'Success',
      LastUpdated: '2026-03-01T12:00:00Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIAFIRST',
      SecretAccessKey: SECRET,
      Token: 'session/token==',
      Expiration: '2026-03-01T13:00:00Z',
    })
    served.credentials = issue('ASIASECOND', 7200)
    served.time += 3_600_000
    const renewed = JSON.parse((await served.read(CREDENTIALS)).body)
    assert.deepEqual(
      [renewed.AccessKeyId, renewed.LastUpdated, renewed.Expiration],
      ['ASIASECOND', '2026-03-01T13:00:00Z', '2026-03-01T14:00:00Z'],
    )
  })

  const found: readonly [path: string, body: RegExp][] = [
    ['/', /^latest\/$/],
    ['/latest', /^meta-data\/\ndynamic\/$/],
    ['/latest/', /^meta-data\/\ndynamic\/$/],
    ['/latest/meta-data/', /^iam\/\ninstance-id\nplacement\/$/],
    ['/latest/meta-data/iam/', /^security-credentials\/\ninfo$/],
    ['/latest/meta-data/iam/security-credentials', /^local-credentials$/],
    ['/latest/meta-data/iam/security-credentials/', /^local-credentials$/],
    ['/latest/meta-data/iam/info', /^\{"Code":"Success","LastUpdated":"2026-03-01T12:00:00Z"\}$/],
    ['/latest/meta-data/instance-id', /^aws-vault$/],
    ['/latest/meta-data/placement/region', /^eu-west-1$/],
    ['/latest/meta-data/placement/availability-zone', /^eu-west-1a$/],
    ['/latest/meta-data/placement/availability-zone/', /^eu-west-1a$/],
    ['/latest/dynamic/instance-identity/document', /"region":"eu-west-1","availabilityZone":"eu-west-1a"/],
  ]
  for (const [path, expected] of found) {
    test(path, async () => {
      await using served = await serve()
      const { status, body } = await served.read(path)
      assert.equal(status, 200)
      assert.match(body, expected)
    })
  }

  const missing = [
    '/latest/meta-data/iam/security-credentials-extended/',
    '/latest/meta-data/iam/security-credentials/other',
    `${CREDENTIALS}/more`,
    '/latest/user-data',
    '/latest/meta-data/public-ipv4',
    '/latest/dynamic/instance-identity/pkcs7',
    '/2021-03-23/meta-data/instance-id',
    '/meta-data/instance-id',
    '/latest/meta-data/constructor',
    '/constructor',
    '/latest/meta-data/instance-idx',
    '/latest/Meta-Data/instance-id',
  ]
  for (const path of missing) {
    test(`${path}: nothing`, async () => {
      await using served = await serve()
      assert.equal((await served.read(path)).status, 404)
    })
  }

  test('without a region none is made up', async () => {
    await using served = await serve({}, '')
    assert.equal((await served.read('/latest/meta-data/placement/region')).status, 404)
    assert.equal((await served.read('/latest/meta-data/placement/availability-zone')).status, 404)
    const { body } = await served.read('/latest/dynamic/instance-identity/document')
    assert.deepEqual(JSON.parse(body), { version: '2017-09-30', instanceId: 'aws-vault' })
  })
})

describe('tokens', () => {
  test('are good for as long as was said, and that is said again', async () => {
    await using served = await serve()
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }
    const { headers: answered, body: token } = await served.ask('/latest/api/token', { method: 'PUT', headers })
    assert.equal(answered['x-aws-ec2-metadata-token-ttl-seconds'], '60')
    served.time += 59_999
    assert.equal((await served.read(CREDENTIALS, token)).status, 200)
    served.time += 1
    const expired = await served.read(CREDENTIALS, token)
    assert.equal(expired.status, 401)
    assert.ok(!expired.body.includes(SECRET))
  })

  test('end on a connection that is kept open, too', async () => {
    await using served = await serve()
    const token = await served.token(60)
    using client = new RawClient(served.port)
    const bytes = `GET ${CREDENTIALS} HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nX-aws-ec2-metadata-token: ${token}\r\n\r\n`
    assert.match((await client.send(bytes).answers(1))[0] ?? '', / 200 /)
    assert.match((await client.send(bytes).answers(2))[1] ?? '', / 200 /)
    served.time += 60_000
    assert.match((await client.send(bytes).answers(3))[2] ?? '', / 401 /)
  })

  for (const seconds of ['1', '21600', '00060']) {
    test(`a life of ${seconds} s is given`, async () => {
      await using served = await serve()
      assert.equal((await served.read('/latest', await served.token(seconds))).status, 200)
    })
  }

  const junk = ['', '0', '-1', '21601', '1.5', '1e3', '0x10', ' ', 'abc', '60 60', '60,60', '９', '9'.repeat(5000)]
  for (const seconds of junk.filter(text => /^[\x20-\x7e]*$/.test(text))) {
    test(`a life of "${seconds.slice(0, 20)}" is refused`, async () => {
      await using served = await serve()
      const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': seconds }
      const { status, body } = await served.ask('/latest/api/token', { method: 'PUT', headers })
      assert.equal(status, 400)
      assert.ok(!body.includes(seconds) || seconds.length < 3)
    })
  }

  test('are not given without a life, or where it is said twice', async () => {
    await using served = await serve()
    assert.equal((await served.ask('/latest/api/token', { method: 'PUT' })).status, 400)
    const life = 'X-aws-ec2-metadata-token-ttl-seconds: 60\r\n'
    const put = `PUT /latest/api/token HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n`
    assert.equal(await statusOf(served.port, `${put}${life}${life}\r\n`), 400)
  })

  test('are refused when they are missing, cut, changed, of another session, or very long', async () => {
    await using served = await serve()
    await using other = await serve()
    const token = await served.token()
    const changed = [...token.slice(0, 71)].map((_, index) => {
      const character = token[index] === 'A' ? 'B' : 'A'
      return token.slice(0, index) + character + token.slice(index + 1)
    })
    const wrong = ['', ' ', token.slice(1), token.slice(0, -1), `${token}A`, `${token}=`, token.toLowerCase()]
    const more = [await other.token(), 'A'.repeat(72), 'A'.repeat(15_000), `${token},${token}`, `Bearer ${token}`]
    for (const given of [...wrong, ...more, ...changed]) {
      const { status, body } = await served.read(CREDENTIALS, given)
      assert.equal(status, 401, given)
      assert.ok(!body.includes(SECRET))
    }
    assert.equal((await served.ask(CREDENTIALS)).status, 401)
    assert.equal((await served.ask('/nothing/here')).status, 401, 'nor is it said what there is')
    assert.equal((await served.read(CREDENTIALS, token)).status, 200)
  })

  test('take no memory, however many are given', async () => {
    await using served = await serve()
    using client = new RawClient(served.port)
    const put = `PUT /latest/api/token HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n`
    const batch = async (): Promise<string[]> => {
      using one = new RawClient(served.port)
      return await one.send(put.repeat(50)).answers(50)
    }
    await client.send(put).answers(1)
    const tokens = new Set<string>()
    for (let round = 0; round < 40; round++) {
      for (const answer of await batch()) tokens.add(answer.slice(answer.indexOf('\r\n\r\n') + 4))
    }
    assert.equal(tokens.size, 2000, 'each is another one')
    const [first = ''] = tokens
    assert.equal((await served.read(CREDENTIALS, first)).status, 200, 'none makes another one worthless')
  })
})

describe('what is refused', () => {
  test('everything that was passed on', async () => {
    await using served = await serve({ imdsV1: true })
    const forwarded = { 'X-Forwarded-For': '203.0.113.7' }
    const life = { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }
    const token = { 'X-aws-ec2-metadata-token': await served.token() }
    for (const value of [forwarded, { 'x-forwarded-for': '' }]) {
      const asked = await served.ask('/latest/api/token', { method: 'PUT', headers: { ...life, ...value } })
      assert.equal(asked.status, 403)
      assert.equal((await served.ask(CREDENTIALS, { headers: { ...token, ...value } })).status, 403)
      assert.equal((await served.ask(CREDENTIALS, { headers: value })).status, 403)
    }
  })

  const requests: readonly [name: string, status: number, request: string, more?: string][] = [
    ['a token by GET', 401, 'GET /latest/api/token'],
    ['a token by POST', 405, 'POST /latest/api/token'],
    ['PUT elsewhere', 405, 'PUT /latest/meta-data/'],
    ['PUT with a body', 413, 'PUT /latest/api/token', 'Content-Length: 5\r\n'],
    ['PUT in chunks', 501, 'PUT /latest/api/token', 'Transfer-Encoding: chunked\r\n'],
    ['a slash behind the token path', 405, 'PUT /latest/api/token/'],
    ['a query', 404, 'PUT /latest/api/token?x'],
    ['dots', 404, 'PUT /latest/x/../api/token'],
    ['an encoded path', 404, 'PUT /latest/api/%74oken'],
    ['two slashes', 404, 'PUT /latest//api/token'],
    ['a whole address', 400, 'PUT http://169.254.169.254/latest/api/token'],
    ['a page of a browser', 403, 'PUT /latest/api/token', 'Origin: http://evil.example\r\n'],
    ['a form of a browser', 403, 'PUT /latest/api/token', 'Sec-Fetch-Site: cross-site\r\n'],
  ]
  for (const [name, status, line, more = ''] of requests) {
    test(name, async () => {
      await using served = await serve()
      const life = 'X-aws-ec2-metadata-token-ttl-seconds: 60\r\n'
      const head = `${line} HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n${life}${more}\r\n`
      assert.equal(await statusOf(served.port, head), status)
    })
  }

  test('another Host, also the one of the real address, which is served on request only', async () => {
    await using served = await serve()
    for (const host of ['169.254.169.254', 'evil.example', 'localhost', `localhost:${served.port}`, '127.0.0.1']) {
      const head = `PUT /latest/api/token HTTP/1.1\r\nHost: ${host}\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n`
      assert.equal(await statusOf(served.port, head), 421, host)
    }
  })

  test('version 1, unless it is asked for; a wrong token is wrong there too', async () => {
    await using strict = await serve()
    assert.equal((await strict.ask(CREDENTIALS)).status, 401)
    await using served = await serve({ imdsV1: true })
    assert.equal((await served.ask('/latest/meta-data/iam/security-credentials/')).body, 'local-credentials')
    assert.ok((await served.ask(CREDENTIALS)).body.includes(SECRET))
    assert.equal((await served.read(CREDENTIALS, 'wrong')).status, 401)
    assert.equal((await served.ask('/nothing')).status, 404)
    assert.equal((await served.ask(CREDENTIALS, { headers: { 'X-Forwarded-For': '::1' } })).status, 403)
  })

  test('pipelined requests get their own answers in order', async () => {
    await using served = await serve()
    const token = await served.token()
    const head = (path: string, more: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n${more}\r\n`
    using client = new RawClient(served.port)
    const good = `X-aws-ec2-metadata-token: ${token}\r\n`
    const all = head(CREDENTIALS, good) + head(CREDENTIALS, '') + head('/latest/meta-data/instance-id', good)
    const answers = await client.send(all).answers(3)
    assert.deepEqual(
      splitAnswers(answers.join('')).map(answer => Number(answer.slice(9, 12))),
      [200, 401, 200],
    )
    assert.ok(!(answers[1] ?? '').includes(SECRET))
  })
})

test('no secret is logged', async () => {
  await using served = await serve()
  await served.read(CREDENTIALS)
  await served.read(CREDENTIALS, 'wrong')
  assert.deepEqual(served.context.logged, [])
})
