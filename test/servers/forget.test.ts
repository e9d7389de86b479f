/** What running servers do when sessions and keys are removed, the keyring is locked, or the config is edited. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { openControl } from '../../src/server/control.ts'
import { roleArn } from '../support/scene.ts'
import { gone, onlyState, setServerScene } from './support/own-servers.ts'
import { askServer, serve } from './support/serving.ts'

const config = `[profile work]
region=eu-west-1
[profile admin]
source_profile=work
role_arn=${roleArn('admin')}
[profile play]
region=eu-north-1
`
const fixtures = join(import.meta.dirname, '..', 'fixtures', 'plugins')

/** The id of the key that a server gives. */
async function keyOf(environment: Readonly<Record<string, string>>, path?: string): Promise<string | undefined> {
  const { status, body } = await askServer(environment, path === undefined ? {} : { path })
  assert.equal(status, 200, JSON.stringify(body))
  return body.AccessKeyId
}

describe('running servers', { timeout: 120_000 }, () => {
  test('clear PROFILE: its sessions are handed out no more; those of others are, from memory', async () => {
    await using scene = await setServerScene({ config, keys: ['work', 'play'] })
    const { pid, environment } = await scene.startDetached(['work', 'play'])
    const play = await scene.reach('play')
    const role = `/profiles/work/role-arn/${roleArn('reader')}`
    const before = [await keyOf(environment), await keyOf(environment, role), await keyOf(play.environment)]
    const calls = scene.calls().length
    const { stderr } = await scene.sandbox.ok(['clear', 'work'])
    assert.equal(stderr, `aws-vault: the server ${pid} (work, play) has forgotten what it held\n`)
    const after = [await keyOf(environment), await keyOf(environment, role), await keyOf(play.environment)]
    assert.notEqual(after[0], before[0])
    assert.notEqual(after[1], before[1])
    assert.equal(after[2], before[2])
    assert.equal(scene.calls().length, calls + 2)
    const { stderr: nothing } = await scene.sandbox.ok(['clear', 'admin'])
    assert.equal(nothing, '', 'nobody serves it')
    await scene.sandbox.ok(['clear'])
    assert.notEqual(await keyOf(play.environment), before[2])
  })

  test('remove: who asks is told that there are no keys; with new ones, the same server goes on', async () => {
    await using scene = await setServerScene({ config })
    const admin = await scene.startDetached(['admin'])
    const before = await keyOf(admin.environment)
    await scene.sandbox.ok(['remove', '--force', 'work'])
    const { status, body } = await askServer(admin.environment)
    assert.equal(status, 403)
    assert.match(body.message ?? '', /no (?:keys|credentials) .*"?work"?.*\(.*aws-vault add work/)
    await scene.sandbox.add('work')
    assert.notEqual(await keyOf(admin.environment), before)
  })

  test('rotate: what the old key signed is not handed out any more', async () => {
    await using scene = await setServerScene({ config: '[profile work]\nregion=eu-west-1\n' })
    const { environment } = await scene.startDetached(['work'])
    const before = await keyOf(environment)
    scene.sandbox.env.AWS_ENDPOINT_URL_IAM = scene.aws.url
    await scene.sandbox.ok(['rotate', '--no-session', 'work'])
    assert.notEqual(await keyOf(environment), before)
  })

  test('what exec serves for a program, too; it leaves nothing behind', async () => {
    await using scene = await setServerScene({ config })
    const served = await serve(scene.sandbox, ['work', '--ecs-server'])
    const before = await keyOf(served.environment)
    assert.equal((await scene.sandbox.ok(['server', 'status'])).stdout, 'No server is running.\n', 'that is no server')
    const { file, state } = onlyState(scene)
    assert.ok(!JSON.stringify(state).includes(served.environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '-'), file)
    const { stderr } = await scene.sandbox.ok(['clear', 'work'])
    assert.match(stderr, /the server of exec \d+ \(work\) has forgotten what it held/)
    assert.notEqual(await keyOf(served.environment), before)
    await served[Symbol.asyncDispose]()
    assert.deepEqual(scene.files(), [])
    const killed = await serve(scene.sandbox, ['work', '--ecs-server'])
    await killed.running.kill('SIGKILL')
    const { stderr: quiet } = await scene.sandbox.ok(['clear', 'work'])
    assert.equal(quiet, '')
    assert.deepEqual(scene.files(), [])
  })

  test('lock: all that they hold is forgotten, and the keyring is opened anew', async () => {
    await using scene = await setServerScene({ keys: [] })
    const { sandbox } = scene
    await sandbox.ok(['plugins', 'link', join(fixtures, 'keyring-lockable')])
    Object.assign(sandbox.env, { AWS_VAULT_BACKEND: 'lockable', LOCKABLE_DIRECTORY: sandbox.path('items') })
    await sandbox.add('work')
    const { environment } = await scene.startDetached(['work'])
    const before = await keyOf(environment)
    await sandbox.ok(['lock'])
    const { status, body } = await askServer(environment)
    assert.deepEqual([status, body.code], [403, 'ERR_KEYRING_LOCKED'])
    // A minute passes before a locked keyring is tried again; another server does not have to wait.
    await sandbox.ok(['unlock'])
    const other = await scene.startDetached(['work', '--duration', '1h', '--kind', 'eks'])
    assert.equal(await keyOf(other.environment), before, 'its session is still in the keyring')
  })

  test('one that cannot be told is named, and the rest is done', async () => {
    await using scene = await setServerScene({ config })
    const { pid } = await scene.startDetached(['work'])
    process.kill(pid, 'SIGSTOP')
    const { stdout, stderr } = await scene.sandbox.ok(['clear', 'work'])
    process.kill(pid, 'SIGCONT')
    assert.match(stdout, /Cleared 1 session/)
    assert.match(stderr, new RegExp(`the server ${pid} \\(work\\) could not be told.*: aws-vault server stop ${pid}`))
    await scene.sandbox.ok(['server', 'stop', 'work'])
    await gone(pid)
  })

  test('nobody tells them anything without the token of their state, which is in no environment', async () => {
    await using scene = await setServerScene({ config })
    const { environment } = await scene.startDetached(['work'])
    const before = await keyOf(environment)
    const { url, token } = onlyState(scene).state.control as { url: string; token: string }
    assert.ok(!Object.values(environment).includes(token))
    const put = (path: string, given?: string, method = 'PUT'): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = given === undefined ? {} : { Authorization: given }
        request(new URL(path, url), { method, headers, agent: false }, answer => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end()
      })
    const wrong = [undefined, '', 'x', environment.AWS_CONTAINER_AUTHORIZATION_TOKEN, token.slice(1)]
    for (const given of wrong) assert.equal(await put('/forget', given), 403)
    assert.equal(await put('/forget', token, 'GET'), 405)
    assert.equal(await put('/profiles/work', token), 404)
    assert.equal(await keyOf(environment), before)
    assert.equal((await askServer(environment, { token })).status, 403, 'it opens nothing else')
    assert.equal(await put('/forget', token), 200)
  })
})

test('connections without the token of a control port close none that has shown it', async () => {
  const { logger } = testContext()
  const control = await openControl({ forget: () => 1 }, { logger, closeVault: async () => {} })
  const port = Number(new URL(control.url).port)
  const opened: Socket[] = []
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    opened.push(socket)
    await once(socket, 'connect')
    return socket
  }
  try {
    const ours = await open()
    const closed = once(ours, 'close').then(() => ['closed'])
    const tell = async (): Promise<string> => {
      ours.write(`PUT /forget HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${control.token}\r\n\r\n`)
      const [answer] = await Promise.race([once(ours, 'data'), closed])
      return String(answer).slice(0, 12)
    }
    assert.equal(await tell(), 'HTTP/1.1 200')
    for (let count = 0; count < 600; count++) await open()
    assert.equal(await tell(), 'HTTP/1.1 200')
  } finally {
    for (const socket of opened) socket.destroy()
    await control.close()
  }
})

describe('an edit of the config', { timeout: 120_000 }, () => {
  test('counts from the next renewal on, also where it was broken meanwhile', async () => {
    await using scene = await setServerScene({ keys: [] })
    const { sandbox } = scene
    // Good for three seconds: none is given out in its last minute.
    const script = sandbox.write(
      'source.cjs',
      `const Expiration = new Date(Date.now() + 63_000).toISOString()
console.log(JSON.stringify({ Version: 1, AccessKeyId: process.argv[2], SecretAccessKey: 'one', SessionToken: 'two', Expiration }))`,
    )
    const profile = (id: string): string =>
      `[profile work]\nregion=eu-west-1\ncredential_process=${process.execPath} ${script} ${id}\n`
    sandbox.config(profile('ASIAFIRSTEXAMPLE0000'))
    const { environment } = await scene.startDetached(['work'])
    assert.equal(await keyOf(environment), 'ASIAFIRSTEXAMPLE0000')
    sandbox.config('[profile work\n')
    let answer = await askServer(environment)
    while (answer.status === 200) answer = await askServer(environment)
    assert.match(answer.body.message ?? '', /\.aws\/config/)
    sandbox.config(profile('ASIAOTHEREXAMPLE0000'))
    while (answer.body.AccessKeyId !== 'ASIAOTHEREXAMPLE0000') {
      await new Promise(resolve => setTimeout(resolve, 100))
      answer = await askServer(environment)
    }
  })
})
