import type { TestContext } from 'node:test'
import { type Running, Sandbox } from '../../support/sandbox.ts'
import { setScene } from '../../support/scene.ts'
import { Terminal } from '../../support/terminal.ts'
import { AddressNamespace, NODE, RUN, type User } from './address-namespace.ts'

const CREDENTIALS = '/latest/meta-data/iam/security-credentials/local-credentials'

/** Asks as a program does that knows nothing but the address, and says what it got, each on a line. */
const ASK = `
const { request } = require('node:http')
const ask = (method, path, headers) => new Promise(resolve => {
  const sent = request(process.argv[1] + path, { method, headers, agent: false }, answer => {
    let body = ''
    answer.on('data', part => { body += part }).on('end', () => resolve({ status: answer.statusCode, body }))
  })
  sent.on('error', error => resolve({ status: error.code, body: '' })).end()
})
ask('PUT', '/latest/api/token', { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }).then(async token => {
  console.log('token', token.status)
  const answer = await ask('GET', '${CREDENTIALS}', { 'X-aws-ec2-metadata-token': token.body })
  console.log('credentials', answer.status, answer.status === 200 ? JSON.parse(answer.body).AccessKeyId : '')
})`

/** A machine of its own, whose users may start AWS Vault and ask what it serves. */
export interface Place extends AsyncDisposable {
  readonly net: AddressNamespace
  /** The id of the session's key, which was made before: there is no AWS in that network. */
  readonly accessKeyId: string
  /** Serves a user at the address, with a program that waits. */
  serve(user: User, ...flags: readonly string[]): Running
  /** What a user's program gets, at the address or elsewhere. */
  ask(user: User, base?: string): Promise<string>
  exec(user: User, ...words: readonly string[]): Running
  /** The same in a terminal. */
  terminal(user: User, ...words: readonly string[]): Terminal
}

/**
 * Makes such a machine for the length of a test; where that is not allowed, the test is skipped.
 */
export async function place(context: TestContext): Promise<Place | undefined> {
  await using scene = await setScene()
  await scene.sandbox.ok(['exec', 'work', '--', 'true'])
  const accessKeyId = scene.aws.calls[0]?.issued ?? ''
  const net = await AddressNamespace.open(context, scene.sandbox.home)
  if (net === undefined) return undefined
  const { HOME: _, PATH: __, ...env } = scene.sandbox.environment() as Record<string, string>
  const running: Running[] = []
  const exec: Place['exec'] = (user, ...words) => {
    const started = net.start(user, [NODE, RUN, 'exec', 'work', ...words], env)
    running.push(started)
    return started
  }
  const sandbox = new Sandbox()
  return {
    net,
    accessKeyId,
    exec,
    terminal: (user, ...words) => {
      const args = net.arguments(user, [NODE, RUN, 'exec', 'work', ...words], { ...env, TERM: 'dumb' })
      return new Terminal(sandbox, args, { program: 'nsenter' })
    },
    serve: (user, ...flags) =>
      exec(user, '--server', '--bind-metadata-address', ...flags, '--', 'sh', '-c', 'echo serving; exec cat'),
    ask: async (user, base = 'http://169.254.169.254') => {
      const { stdout, stderr } = await net.start(user, [NODE, '-e', ASK, base]).ended
      return (stdout + stderr).trim().replaceAll('\n', ', ')
    },
    async [Symbol.asyncDispose]() {
      for (const one of running) {
        one.child.stdin?.end()
        one.child.kill('SIGKILL')
      }
      net[Symbol.dispose]()
      sandbox[Symbol.dispose]()
    },
  }
}
