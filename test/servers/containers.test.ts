/** Programs in a network of their own, as in a container: what reaches them, and which addresses SDKs take. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { furtherDoors } from '../../src/server/doors.ts'
import { otherHost } from './support/network-namespace.ts'
import { onlyState, type ServerScene, setServerScene } from './support/own-servers.ts'

const python = process.env.AWS_VAULT_TEST_PYTHON
const noPython = 'needs a Python with boto3: set AWS_VAULT_TEST_PYTHON'
if (python === undefined && process.env.CI === 'true') throw new Error(noPython)
const boto3 = `import boto3
try: print('got', boto3.Session().get_credentials().access_key)
except Exception as error: print(type(error).__name__, error)`
const javascript = `import { STSClient } from '@aws-sdk/client-sts'
try { console.log('got', (await new STSClient({ region: 'eu-west-1' }).config.credentials()).accessKeyId) } catch (error) { console.log(error.name, error.message) }`
const root = join(import.meta.dirname, '..', '..')
const clients = [
  ['boto3', [python ?? '', '-c', boto3]],
  ['the AWS SDK for JavaScript v3', [process.execPath, '--input-type=module', '-e', javascript]],
] as const

/** The program that passes bytes on, and then a client beside it: `forward.cjs TARGET COMMAND...`. */
const forwarder = `const { connect, createServer } = require('node:net')
const [target, command, ...args] = process.argv.slice(2)
createServer(near => {
  const far = connect(target.startsWith('/') ? { path: target } : { host: target.split(':')[0], port: Number(target.split(':')[1]) })
  near.on('error', () => {}).pipe(far.on('error', () => near.destroy())).pipe(near)
}).listen(80, '169.254.170.2', () => {
  require('node:child_process').spawn(command, args, { stdio: 'inherit', env: process.env }).on('exit', () => process.exit())
})`

/** The lines of \`--format docker\` that are no comments. */
async function variables({ sandbox }: ServerScene): Promise<string[]> {
  const { stdout } = await sandbox.ok(['server', 'status', 'work', '--format', 'docker'])
  return stdout.split('\n').filter(line => line !== '' && !line.startsWith('#'))
}

/** What a client in the other network says. */
function clientIn(
  other: { run(command: string, ...args: readonly string[]): Promise<string> },
  given: readonly string[],
  command: readonly string[],
) {
  const clean = ['-i', `PATH=${process.env.PATH}`, 'HOME=/nonexistent', 'AWS_EC2_METADATA_DISABLED=true']
  return other.run('env', '-C', root, ...clean, ...given, ...command)
}

describe('in another network', { timeout: 120_000 }, () => {
  for (const [name, command] of clients) {
    const skip = command[0] === '' ? noPython : false
    test(`${name}: by a forwarder at 169.254.170.2, from the socket or a further address`, { skip }, async context => {
      using other = otherHost(context)
      if (other === undefined) return
      await using scene = await setServerScene()
      await scene.startDetached(['work', '--container', '--listen', other.ours])
      const given = await variables(scene)
      assert.equal(given[0], 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/profiles/work')
      const { state } = onlyState(scene)
      const { socket } = state.container as { socket: string }
      const port = scene.sandbox
        .read(join('.cache/aws-vault/run', `server-${state.id}.json`))
        .match(/127\.0\.0\.1:(\d+)/)?.[1]
      await other.run('ip', 'addr', 'add', '169.254.170.2/32', 'dev', 'lo')
      const script = scene.sandbox.write('forward.cjs', forwarder)
      for (const target of [socket, `${other.ours}:${port}`]) {
        const said = await clientIn(other, given, [process.execPath, script, target, ...command])
        assert.equal(said, `got ${scene.aws.calls[0]?.issued}\n`, target)
        const wrong = given.map(line => line.replace(/(TOKEN=).*/, '$1wrong'))
        assert.doesNotMatch(await clientIn(other, wrong, [process.execPath, script, target, ...command]), /^got/)
      }
    })

    test(`${name}: takes neither the address of a bridge nor a name of the host`, { skip }, async context => {
      using other = otherHost(context)
      if (other === undefined) return
      await using scene = await setServerScene()
      const { environment } = await scene.startDetached(['work', '--listen', other.ours])
      const { port } = new URL(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
      for (const host of [other.ours, 'host.docker.internal']) {
        const given = [
          `AWS_CONTAINER_CREDENTIALS_FULL_URI=http://${host}:${port}/profiles/work`,
          `AWS_CONTAINER_AUTHORIZATION_TOKEN=${environment.AWS_CONTAINER_AUTHORIZATION_TOKEN}`,
        ]
        const said = await clientIn(other, given, command)
        assert.match(said, /unsupported host|not accepted|could not load/i, host)
        assert.doesNotMatch(said, /^got/)
      }
    })

    test(`${name}: two profiles of one server, on the network of the host`, { skip }, async () => {
      await using scene = await setServerScene({
        config: '[profile work]\nregion=eu-west-1\n[profile play]\n',
        keys: ['work', 'play'],
      })
      await scene.startDetached(['work', 'play'])
      const got: string[] = []
      for (const profile of ['work', 'play']) {
        const { environment } = await scene.reach(profile)
        const env = { PATH: process.env.PATH, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', ...environment }
        const [file, ...args] = command
        const child = spawn(file, args, { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
        child.stdout.setEncoding('utf8').on('data', text => got.push(text.trim()))
        await once(child, 'close')
      }
      assert.deepEqual(
        got,
        scene.aws.calls.map(({ issued }) => `got ${issued}`),
      )
    })
  }

  test('a further address is for its own network, with the token; loopback and the socket go on', async context => {
    using other = otherHost(context)
    if (other === undefined) return
    await using scene = await setServerScene()
    const { environment } = await scene.startDetached(['work', '--listen', other.ours])
    const { port } = new URL(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
    const token = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN
    const status = (headers: Record<string, string | undefined>): string =>
      `require('http').get({ host: '${other.ours}', port: ${port}, path: '/profiles/work', headers: ${JSON.stringify(headers)} }, answer => answer.resume() && console.log(answer.statusCode)).on('error', error => console.log(error.code))`
    for (const [headers, expected] of [
      [{ Authorization: token }, '200\n'],
      [{ Authorization: 'x' }, '403\n'],
      [{ Authorization: token, Host: 'evil.test' }, '421\n'],
    ] as const) {
      assert.equal(await other.run(process.execPath, '-e', status(headers)), expected)
    }
    const { isAllowedClient } = furtherDoors({
      isForContainers: false,
      address: other.ours,
      directory: '',
      platform: process.platform,
    })
    const clients = ['10.213.7.2', '10.213.8.2', '127.0.0.1', '::1', '', 'x']
    assert.deepEqual(
      clients.map(client => isAllowedClient?.(client)),
      [true, false, false, false, false, false],
    )
  })

  test('the socket is for this user alone, in a directory with nothing else, and wants the token', async () => {
    await using scene = await setServerScene()
    const { environment } = await scene.startDetached(['work', '--container'])
    const { socket } = onlyState(scene).state.container as { socket: string }
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    assert.equal(statSync(dirname(socket)).mode & 0o777, 0o700)
    const ask = (Authorization: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { Host: '169.254.170.2', Authorization }
        request({ socketPath: socket, path: '/profiles/work', headers }, answer => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end()
      })
    assert.equal(await ask(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''), 200)
    assert.equal(await ask('x'), 403)
    const { stdout } = await scene.sandbox.ok(['server', 'status', 'work', '--format', 'compose'])
    assert.ok(!stdout.includes(environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''), 'such files are shared')
    assert.ok(stdout.includes(`"${dirname(socket)}:/aws-vault:ro"`))
  })
})
