import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Call, startLocalAws, type WorldSpec } from './index.ts'
import { signedCall } from './signed-call.ts'

const alice = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const serial = 'arn:aws:iam::123456789012:mfa/alice'
const world: WorldSpec = {
  users: [
    {
      name: 'alice',
      accessKeys: [{ id: alice.accessKeyId, secret: alice.secretAccessKey }],
      mfaDevices: [{ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }],
    },
  ],
  roles: [{ name: 'admin', trust: { requireMfa: true } }],
  identityProviders: [{ issuer: 'https://idp.example.com' }],
  faults: [{ action: 'GetAccessKeyInfo', times: 'always', effect: 'throttle' }],
}

describe('a local AWS as a process', () => {
  let folder: string
  let child: ChildProcess
  let url: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'local-aws-'))
    const file = join(folder, 'world.json')
    await writeFile(file, JSON.stringify(world))
    child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--world', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    assert.ok(child.stdout)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const ready = JSON.parse(line.toString()) as { url: string; pid: number }
    assert.equal(ready.pid, child.pid)
    url = ready.url
  })
  after(async () => {
    if (child.exitCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true })
  })

  async function admin(path: string, method = 'GET', body?: unknown): Promise<{ status: number; json: unknown }> {
    const answer = await fetch(`${url}/_admin/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, json: await answer.json() }
  }
  const whoAmI = (at = Date.now()) => signedCall(url, alice, { Action: 'GetCallerIdentity' }, { at })

  it('has the world of its file, and tells its calls', async () => {
    assert.equal((await whoAmI()).element('Arn'), 'arn:aws:iam::123456789012:user/alice')
    assert.equal((await signedCall(url, alice, { Action: 'GetAccessKeyInfo' })).element('Code'), 'Throttling')
    const calls = (await admin('calls')).json as Call[]
    assert.deepEqual(
      calls.map(({ action, result }) => [action, result]),
      [
        ['GetCallerIdentity', 'ok'],
        ['GetAccessKeyInfo', 'Throttling'],
      ],
    )
    await admin('calls', 'DELETE')
    assert.deepEqual((await admin('calls')).json, [])
  })

  it('shows MFA codes', async () => {
    const at = Date.now()
    const { code } = (await admin(`mfa-code?serial=${serial}&at=${at}`)).json as { code: string }
    const parameters = { Action: 'GetSessionToken', SerialNumber: serial, TokenCode: code }
    const answer = await signedCall(url, alice, parameters)
    assert.equal(answer.status, 200)
    const target = answer.element('AccessKeyId')
    assert.equal((await admin('revoke', 'POST', { target })).status, 200)
    assert.deepEqual(await admin('revoke', 'POST', { target }), {
      status: 400,
      json: { error: `"${target}" is neither a session nor a role` },
    })
    assert.equal((await admin('mfa-code?serial=other')).status, 400)
  })

  it('takes faults, users and another time', async () => {
    await admin('faults', 'POST', { action: 'GetCallerIdentity', effect: 'throttle' })
    await admin('faults', 'POST', [{ action: 'GetCallerIdentity', call: 2, effect: { error: { code: 'Oops' } } }])
    assert.equal(((await admin('faults')).json as unknown[]).length, 3)
    assert.equal((await whoAmI()).element('Code'), 'Throttling')
    assert.equal((await whoAmI()).element('Code'), 'Oops')
    await admin('faults', 'DELETE')
    assert.deepEqual((await admin('faults')).json, [])

    assert.equal((await admin('world', 'POST', { users: [{ name: 'bob' }] })).status, 200)
    assert.deepEqual(await admin('world', 'POST', { users: [{ name: 'eve', requireMFA: ['*'] }] }), {
      status: 400,
      json: { error: 'a user has no member "requireMFA"' },
    })

    await admin('clock', 'POST', { offsetSeconds: 3600 })
    assert.match((await whoAmI()).element('Message') ?? '', /^Signature expired/)
    assert.equal((await whoAmI(Date.now() + 3_600_000)).status, 200)
    assert.equal((await admin('clock', 'POST', { offsetSeconds: 0 })).status, 200)
  })

  it('signs web identity tokens', async () => {
    const { token } = (await admin('web-identity-token?issuer=https://idp.example.com&subject=x')).json as {
      token: string
    }
    assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
  })

  it('says what it does not have', async () => {
    assert.deepEqual(await admin('nothing'), { status: 404, json: { error: 'there is no GET nothing' } })
    assert.equal((await admin('faults', 'POST', { effect: 'explode' })).status, 400)
  })

  it('ends on SIGTERM, also while a call hangs', async () => {
    await admin('faults', 'POST', { action: 'GetCallerIdentity', effect: 'hang' })
    const cut = assert.rejects(whoAmI(), { code: 'ECONNRESET' })
    let calls: Call[] = []
    while (!calls.some(({ fault }) => fault === 'hang')) calls = (await admin('calls')).json as Call[]
    child.kill('SIGTERM')
    const [code, signal] = await once(child, 'exit')
    assert.deepEqual([code, signal], [0, null])
    await cut
  })
})

describe('two local AWSs', () => {
  it('share nothing', async () => {
    await using first = await startLocalAws({ world: { users: world.users ?? [] } })
    await using second = await startLocalAws()
    assert.notEqual(first.url, second.url)
    assert.equal((await signedCall(first.url, alice, { Action: 'GetCallerIdentity' })).status, 200)
    const answer = await signedCall(second.url, alice, { Action: 'GetCallerIdentity' })
    assert.equal(answer.element('Code'), 'InvalidClientTokenId')
    assert.deepEqual([first.calls.length, second.calls.length], [1, 1])
  })
})
