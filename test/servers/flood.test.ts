/** Another user of the machine who opens connections and asks for tokens without pause. Both are real users, in a network of the tests' own. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NODE } from './support/address-namespace.ts'
import { type Place, place } from './support/address-place.ts'

/** What is asked for again and again is the argument behind the address. A third says nothing, or never comes to its end. */
const FLOOD = `
const { connect } = require('node:net')
const [host, port, asked] = process.argv.slice(1)
let done = 0
const note = () => ++done === 3000 && console.log('flooding')
const open = number => {
  const socket = connect(Number(port), host, () => {
    note()
    if (number % 3 === 0) return
    if (number % 3 === 1) return socket.write(asked.slice(0, 20))
    socket.on('data', () => note() || socket.write(asked)).write(asked)
  })
  socket.on('error', () => {}).on('end', () => socket.destroy()).on('close', () => setImmediate(open, number)).resume()
}
for (let number = 0; number < 600; number++) open(number)`

/** Gets credentials again and again, as SDKs do: each time with connections of its own. Says how often that went well. */
const ROUNDS = 40
const CLIENT = `
const { request } = require('node:http')
const base = process.argv[1]
const ask = (method, path, headers) => new Promise((resolve, reject) => {
  request(base + path, { method, headers, agent: false }, answer => {
    let body = ''
    answer.on('data', part => { body += part }).on('end', () => answer.statusCode === 200 ? resolve(body) : reject(new Error(answer.statusCode)))
  }).on('error', reject).end()
})
const outcomes = {}
const once = async () => {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env
  if (token) return ask('GET', '', { Authorization: token })
  const given = await ask('PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': '60' })
  return ask('GET', '/latest/meta-data/iam/security-credentials/local-credentials', { 'X-aws-ec2-metadata-token': given })
}
(async () => {
  for (let round = 0; round < ${ROUNDS}; round++) {
    const outcome = await once().then(body => JSON.parse(body).AccessKeyId, error => error.code ?? error.message)
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  console.log(JSON.stringify(outcomes))
})()`

const putTo = (host: string): string =>
  `PUT /latest/api/token HTTP/1.1\r\nHost: ${host}\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n`

/** What this user's client gets while another user floods the port. */
async function underFlood(
  { net }: Place,
  {
    host,
    port,
    asked,
    base,
    env,
  }: { host: string; port: number; asked: string; base: string; env?: Record<string, string> },
): Promise<unknown> {
  const flooder = net.start('daemon', [NODE, '-e', FLOOD, host, `${port}`, asked])
  try {
    await flooder.sees(/flooding/)
    const { stdout, stderr } = await net.start('nobody', [NODE, '-e', CLIENT, base], env).ended
    assert.equal(flooder.child.exitCode, null, 'the flood went on')
    return JSON.parse(stdout || JSON.stringify(stderr))
  } finally {
    await flooder.kill('SIGKILL')
  }
}

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

  test('of 169.254.169.254:80', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const session = here.serve('nobody')
    await session.sees(/serving/)
    const host = '169.254.169.254'
    const seen = await underFlood(here, { host, port: 80, asked: putTo(host), base: `http://${host}` })
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
