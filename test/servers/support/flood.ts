import assert from 'node:assert/strict'
import { NODE } from './address-namespace.ts'
import type { Place } from './address-place.ts'

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

/** How often the client asks. */
export const ROUNDS = 40

/** Gets credentials again and again, as SDKs do: each time with connections of its own. Says how often that went well. */
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

/** A request for a token of the metadata service. */
export const putTo = (host: string): string =>
  `PUT /latest/api/token HTTP/1.1\r\nHost: ${host}\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n`

/** What this user's client gets while another user floods the port. */
export async function underFlood(
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
