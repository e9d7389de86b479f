import assert from 'node:assert/strict'
import { Agent, type ClientRequestArgs, request } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import { type CredentialSource, type Credentials, PromptUnavailableError, VaultError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import exposure from '../src/index.ts'

const issue = (accessKeyId: string): Credentials => ({
  accessKeyId,
  secretAccessKey: 'secret',
  sessionToken: 'token',
  expiration: new Date('2100-01-01T00:00:00.999Z'),
})

interface Answered {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

async function serve(context: TestContext, source: Partial<CredentialSource>) {
  const world = testContext()
  const current = () => Promise.reject(new Error('not asked for'))
  const exposed = await exposure.expose({ profile: 'work', current, ...source }, world)
  context.after(() => exposed.close?.())
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: token = '' } =
    exposed.environment
  const ask = (path = '/', options: ClientRequestArgs = {}): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const sent = request(uri, { path, headers: { Authorization: token }, agent: false, ...options }, response => {
        let text = ''
        response.setEncoding('utf8').on('data', part => {
          text += part
        })
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) }),
        )
      })
      sent.on('error', reject).end()
    })
  return { ask, world }
}

describe('ecs', () => {
  test('gives what the container endpoint gives, with an end that is never later than the true one', async context => {
    const { ask } = await serve(context, { current: async () => issue('ASIAONE') })
    const { status, body, headers } = await ask()
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/json')
    assert.deepEqual(body, {
      AccessKeyId: 'ASIAONE',
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration: '2100-01-01T00:00:00Z',
    })
  })

  test('a connection that is kept gets the credentials of the moment: renewed ones, too', async context => {
    let current = issue('ASIAONE')
    const { ask } = await serve(context, { current: async () => current, ready: () => current })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    context.after(() => agent.destroy())
    for (const id of ['ASIAONE', 'ASIAONE', 'ASIATWO', 'ASIATHREE']) {
      if (current.accessKeyId !== id) current = issue(id)
      assert.equal((await ask('/', { agent })).body.AccessKeyId, id)
    }
    assert.equal(Object.values(agent.freeSockets).flat().length, 1, 'on one connection')
  })

  test('what is at hand is given without asking for more', async context => {
    let asked = 0
    const credentials = issue('ASIAONE')
    const { ask } = await serve(context, {
      ready: () => (asked++ > 0 ? credentials : undefined),
      current: async () => credentials,
    })
    await ask()
    await ask()
    assert.equal(asked, 2)
  })

  test('roles, each with its ARN; none where the source knows none', async context => {
    const roles = { forRole: (arn: string) => ({ profile: 'work', current: async () => issue(arn.slice(-5)) }) }
    const arn = 'arn:aws:iam::123456789012:role/path/reader+=,.@-_x'
    const { ask } = await serve(context, { current: async () => issue('ASIAONE'), ...roles })
    const { body } = await ask(`/role-arn/${arn}`)
    assert.deepEqual([body.AccessKeyId, body.RoleArn], ['@-_x'.padStart(5, '.'), arn])
    const without = await serve(context, { current: async () => issue('ASIAONE') })
    assert.equal((await without.ask(`/role-arn/${arn}`)).status, 404)
  })

  test('failures say their sentence and hint, and whether trying again may help', async context => {
    const failures: readonly [unknown, number, string][] = [
      [new PromptUnavailableError('nobody is there', { hint: 'do it' }), 403, 'ERR_PROMPT_UNAVAILABLE'],
      [new VaultError('ERR_SIGN_IN_DECLINED', 'somebody said no'), 403, 'ERR_SIGN_IN_DECLINED'],
      [new VaultError('ERR_CONFIRM_REFUSED', 'somebody said no'), 403, 'ERR_CONFIRM_REFUSED'],
      [new VaultError('ERR_KEYRING_DISMISSED', 'its window was closed'), 403, 'ERR_KEYRING_DISMISSED'],
      [new VaultError('ERR_SSO_LOGIN_DENIED', 'somebody said no'), 403, 'ERR_SSO_LOGIN_DENIED'],
      [
        new VaultError('ERR_SSO_UNAVAILABLE', 'AWS is away', { facts: { retryAfterSeconds: 7 } }),
        503,
        'ERR_SSO_UNAVAILABLE',
      ],
      [
        new VaultError('ERR_SIGN_IN_THROTTLED', 'slower', { facts: { retryAfterSeconds: 7 } }),
        503,
        'ERR_SIGN_IN_THROTTLED',
      ],
      [new VaultError('ERR_AWS_CALL', 'AWS is away', { facts: { retryAfterSeconds: 7 } }), 503, 'ERR_AWS_CALL'],
      [new Error('inner words'), 503, 'ERR_INTERNAL'],
    ]
    for (const [error, status, code] of failures) {
      const { ask } = await serve(context, { current: () => Promise.reject(error) })
      const answer = await ask()
      assert.equal(answer.status, status)
      assert.deepEqual([answer.body.code, answer.body.Code], [code, code])
      assert.ok(!JSON.stringify(answer.body).includes('inner words'))
      if (status === 503 && code !== 'ERR_INTERNAL') assert.equal(answer.headers['retry-after'], '7')
    }
  })

  test('long-lived keys are never given', async context => {
    const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }
    for (const source of [{ current: async () => keys }, { current: async () => keys, ready: () => keys }]) {
      const { ask } = await serve(context, source)
      const { status, body } = await ask()
      assert.equal(status, 403)
      assert.ok(!JSON.stringify(body).includes('AKIA'))
    }
  })
})
