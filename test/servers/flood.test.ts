/** Another user of the machine who opens connections and asks without pause: both are real users, in a network of the tests' own. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { place } from './support/address-place.ts'
import { putTo, ROUNDS, underFlood } from './support/flood.ts'

describe('a flood by another user does not shut this user out', () => {
  test('of the loopback port of ec2', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const session = here.exec('nobody', '-s', '--ec2-port', '4080', '--', 'sh', '-c', 'echo serving; exec cat')
    await session.sees(/serving/)
    const host = '127.0.0.1:4080'
    const seen = await underFlood(here, { host: '127.0.0.1', port: 4080, asked: putTo(host), base: `http://${host}` })
    assert.deepEqual(seen, { [here.accessKeyId]: ROUNDS })
  })

  test('of ecs, where the others know no token', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const script = 'echo serving $AWS_CONTAINER_AUTHORIZATION_TOKEN; exec cat'
    const session = here.exec('nobody', '--ecs-server', '--ecs-port', '4081', '--', 'sh', '-c', script)
    await session.sees(/serving \S+\n/)
    const token = /serving (\S+)/.exec(session.stdout)?.[1] ?? ''
    const host = '127.0.0.1:4081'
    const asked = `GET / HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${'x'.repeat(token.length)}\r\n\r\n`
    const seen = await underFlood(here, {
      host: '127.0.0.1',
      port: 4081,
      asked: asked.repeat(100),
      base: `http://${host}`,
      env: { AWS_CONTAINER_AUTHORIZATION_TOKEN: token },
    })
    assert.deepEqual(seen, { [here.accessKeyId]: ROUNDS })
  })
})
