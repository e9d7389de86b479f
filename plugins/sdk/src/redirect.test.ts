import assert from 'node:assert/strict'
import { request } from 'node:http'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type RedirectServer, startRedirectServer } from './redirect.ts'

let server: RedirectServer

beforeEach(async () => {
  server = await startRedirectServer('the state')
})
afterEach(() => server.close())

function visit(query: string, { path = '/oauth/callback', method = 'GET', host = '' } = {}): Promise<number> {
  const { hostname, port } = new URL(server.address)
  const headers = host === '' ? {} : { host }
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: path + query, method, headers }, answer => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', reject).end()
  })
}

describe('the server that a browser comes back to', () => {
  it('listens on loopback, at a path of its own', () => {
    assert.match(server.address, /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/)
  })
  it('takes the code', async () => {
    assert.equal(await visit('?code=abc&state=the+state'), 200)
    assert.deepEqual(await server.redirect, { code: 'abc' })
  })
  it('takes an error, and a lack of a code for one', async () => {
    assert.equal(await visit('?error=access_denied&state=the+state'), 200)
    assert.deepEqual(await server.redirect, { error: 'access_denied' })
  })

  const strangers: readonly [name: string, query: string, how?: Parameters<typeof visit>[1]][] = [
    ['another state', '?code=evil&state=other'],
    ['no state', '?code=evil'],
    ['another path', '?code=evil&state=the+state', { path: '/' }],
    ['another method', '?code=evil&state=the+state', { method: 'POST' }],
    ['another host (DNS rebinding)', '?code=evil&state=the+state', { host: 'evil.example' }],
  ]
  for (const [name, query, how] of strangers) {
    it(`is not moved by ${name}`, async () => {
      assert.equal(await visit(query, how), 404)
      await visit('?code=good&state=the+state')
      assert.deepEqual(await server.redirect, { code: 'good' })
    })
  }
})
