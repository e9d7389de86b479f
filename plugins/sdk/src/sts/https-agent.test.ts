import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { type LocalAws, startLocalAws } from '../../../../test/local-aws/index.ts'
import type { HttpOptions } from '../context.ts'
import { isVaultError } from '../errors.ts'
import { callSts } from '../sts.ts'
import { testContext } from '../testkit/context.ts'
import { shownBy } from '../testkit/secrets.ts'
import { httpsAgent, proxyFor } from './https-agent.ts'

const host = 'sts.example.com'
const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

let directory: string
let caBundle: string
let aws: LocalAws
let tls: NetServer
let proxy: Server
/** What the proxy was asked to connect to, and with which authorization. */
const asked: [target: string | undefined, authorization: string | undefined][] = []
const sockets = new Set<Socket>()

/** A local AWS, behind a server that speaks TLS under a name that only the proxy knows. */
before(async () => {
  if (!hasOpenssl) return
  directory = mkdtempSync(join(tmpdir(), 'aws-vault-proxy-'))
  caBundle = join(directory, 'cert.pem')
  const key = join(directory, 'key.pem')
  const made = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat([
      '-keyout',
      key,
      '-out',
      caBundle,
      '-subj',
      `/CN=${host}`,
      '-addext',
      `subjectAltName=DNS:${host}`,
    ]),
  )
  assert.equal(made.status, 0, String(made.stderr))
  aws = await startLocalAws()
  aws.addUser({ name: 'alice', accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }] })
  tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(caBundle) }, socket =>
    bridge(socket, portOf(aws.url)),
  )
  tls.on('tlsClientError', () => {})
  proxy = createHttpServer().on('connect', (request, socket: Socket) => {
    asked.push([request.url, request.headers['proxy-authorization']])
    if (request.headers['proxy-authorization'] === undefined) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    bridge(socket, (tls.address() as AddressInfo).port)
  })
  for (const server of [tls, proxy]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
})

after(async () => {
  if (!hasOpenssl) return
  for (const socket of sockets) socket.destroy()
  await Promise.all([tls, proxy].map(server => once(server.close(), 'close')))
  await aws.close()
  rmSync(directory, { recursive: true })
})

function portOf(url: string): number {
  return Number(new URL(url).port)
}

function bridge(socket: Socket, port: number): void {
  const other = connect(port, '127.0.0.1')
  for (const [one, two] of [
    [socket, other],
    [other, socket],
  ] as const) {
    sockets.add(one)
    one.on('error', () => two.destroy()).pipe(two)
  }
}

async function whoAmI(http: HttpOptions): Promise<string | undefined> {
  const endpointUrl = `https://${host}`
  const step = { provider: 'session-token', profile: 'dev', region: 'eu-central-1', endpointUrl, parameters: {} }
  const call = { action: 'GetCallerIdentity', step, source: keys }
  const { Arn } = await callSts(call, testContext({ http }), (client, sts, options) =>
    client.send(new sts.GetCallerIdentityCommand({}), options),
  )
  return Arn
}

function proxyAddress(login = ''): string {
  return `http://${login}127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

describe('a call through a proxy', { skip: !hasOpenssl && 'openssl is missing' }, () => {
  it('reaches AWS, trusting the certificate bundle', async () => {
    asked.length = 0
    assert.match((await whoAmI({ httpsProxy: proxyAddress('me:p%40ss@'), caBundle })) ?? '', /user\/alice$/)
    assert.deepEqual(asked, [[`${host}:443`, `Basic ${Buffer.from('me:p@ss').toString('base64')}`]])
  })

  it('fails without the bundle, and says what to do', async () => {
    await assert.rejects(whoAmI({ httpsProxy: proxyAddress('me:p%40ss@') }), error => {
      assert.ok(isVaultError(error, 'ERR_NETWORK_FAILED'))
      assert.match(error.message, /certificate is not trusted/)
      assert.match(error.hint ?? '', /AWS_CA_BUNDLE/)
      return true
    })
  })

  it('fails where the proxy refuses, and shows no password', async () => {
    await assert.rejects(whoAmI({ httpsProxy: proxyAddress(), caBundle }), error => {
      assert.ok(isVaultError(error, 'ERR_NETWORK_FAILED'), String(error))
      assert.match(error.message, /through the proxy 127\.0\.0\.1:\d+.*407/)
      assert.match(error.hint ?? '', /HTTPS_PROXY/)
      return true
    })
    await assert.rejects(whoAmI({ httpsProxy: 'http://me:hunter2@127.0.0.1:1', caBundle }), error => {
      assert.ok(isVaultError(error, 'ERR_NETWORK_FAILED'))
      assert.doesNotMatch(shownBy(error), /hunter2/)
      return true
    })
  })

  it('goes past it where NO_PROXY says so', async () => {
    asked.length = 0
    await assert.rejects(whoAmI({ httpsProxy: proxyAddress('me:p%40ss@'), caBundle, noProxy: 'example.com' }))
    assert.deepEqual(asked, [])
  })
})

describe('httpsAgent', () => {
  it("is none where Node's own will do", async () => {
    assert.equal(await httpsAgent(new URL('https://sts.amazonaws.com'), {}), undefined)
    assert.equal(
      await httpsAgent(new URL('http://127.0.0.1:1'), { httpsProxy: 'proxy:1', caBundle: '/none' }),
      undefined,
    )
  })
})

describe('proxyFor', () => {
  it('takes an address without a scheme for one of http', () => {
    assert.equal(proxyFor(new URL('https://a.example'), { httpsProxy: 'proxy:3128' })?.href, 'http://proxy:3128/')
  })

  it('is none for http addresses and for hosts in NO_PROXY', () => {
    const http = { httpsProxy: 'http://proxy:3128', noProxy: 'b.example' }
    assert.equal(proxyFor(new URL('http://a.example'), http), undefined)
    assert.equal(proxyFor(new URL('https://b.example'), http), undefined)
  })

  for (const httpsProxy of ['socks5://proxy:1', 'http://', 'http://[', '://']) {
    it(`refuses "${httpsProxy}"`, () => {
      assert.throws(() => proxyFor(new URL('https://a.example'), { httpsProxy }), { code: 'ERR_HTTP_PROXY' })
    })
  }
})
