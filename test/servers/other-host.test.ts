/** A client on another machine: in a network namespace of its own, which a cable joins to ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerText, startLoopbackServer } from '@aws-vault/plugin-sdk/server'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import ecs from '../../plugins/exposure-ecs/src/index.ts'
import { otherHost } from './support/network-namespace.ts'

/** Says the status of a GET, or the error, as that machine sees it. */
const get = (host: string, port: string | number, headers: Readonly<Record<string, string>>): string =>
  `require('http').get({ host: '${host}', port: ${port}, headers: ${JSON.stringify(headers)} }, answer => answer.resume() && console.log(answer.statusCode))
    .on('error', error => console.log(error.code))`

test('gets nowhere, with the right token and the right Host', async context => {
  using other = otherHost(context)
  if (other === undefined) return
  const source = { profile: 'work', current: () => Promise.reject(new Error('asked')) }
  const exposed = await ecs.expose(source, testContext())
  const { host, port } = new URL(exposed.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
  const headers = { Host: host, Authorization: exposed.environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' }
  for (const address of [other.ours, '127.0.0.1', '::1']) {
    assert.equal(await other.run(process.execPath, '-e', get(address, port, headers)), 'ECONNREFUSED\n', address)
  }
  await exposed.close?.()
})

test('gets nothing of a server that was bound to all addresses, unless it is allowed', async context => {
  using other = otherHost(context)
  if (other === undefined) return
  const { logger } = testContext()
  const handler = () => answerText(200, 'secret')
  const seen: string[] = []
  for (const [allowed, expected] of [
    [undefined, 'ECONNRESET\n'],
    ['10.213.7.99', 'ECONNRESET\n'],
    ['10.213.7.2', '200\n'],
  ] as const) {
    const isAllowedClient = (address: string): boolean => seen.push(address) > 0 && address === allowed
    const only = allowed === undefined ? {} : { isAllowedClient }
    const server = await startLoopbackServer({ address: '0.0.0.0', handler, logger, ...only })
    const headers = { Host: `0.0.0.0:${server.port}` }
    assert.equal(await other.run(process.execPath, '-e', get(other.ours, server.port, headers)), expected)
    await server.close()
  }
  assert.deepEqual(seen, ['10.213.7.2', '10.213.7.2'])
})
