import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { type LocalAws, startLocalAws } from '../../../test/local-aws/index.ts'
import type { HttpOptions } from './context.ts'
import { isVaultError, type VaultError } from './errors.ts'
import type { CredentialStep } from './provider.ts'
import { callSts, credentialsIn, type StsCall } from './sts.ts'
import { type TestContextOptions, testContext } from './testkit/context.ts'
import { shownBy } from './testkit/secrets.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const serial = 'arn:aws:iam::111111111111:mfa/alice'
const roleArn = 'arn:aws:iam::111111111111:role/admin'

let aws: LocalAws

before(async () => {
  aws = await startLocalAws()
  aws.addUser({
    account: '111111111111',
    name: 'alice',
    accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }],
    mfaDevices: [{ serial }],
  })
  aws.addRole({ account: '111111111111', name: 'admin' })
})

after(() => aws.close())

afterEach(() => {
  aws.faults.clear()
  aws.clearCalls()
  aws.setClock(Date.now)
})

function stepOf(more: Partial<CredentialStep> = {}): CredentialStep {
  return {
    provider: 'session-token',
    profile: 'dev',
    region: 'eu-central-1',
    endpointUrl: aws.url,
    parameters: {},
    ...more,
  }
}

interface Request extends Omit<Partial<StsCall>, 'step'> {
  readonly step?: Partial<CredentialStep>
  readonly context?: TestContextOptions
  readonly seconds?: number
}

/** Calls GetSessionToken, or AssumeRole when asked to. */
async function call(request: Request = {}) {
  const { action = 'GetSessionToken', source = keys, step, context: options, seconds, ...more } = request
  const context = testContext(options)
  const stsCall: StsCall = { action, source, step: stepOf(step), ...more }
  const mfa = more.mfaCode !== undefined ? { SerialNumber: stsCall.step.mfaSerial, TokenCode: more.mfaCode } : {}
  const outcome = await callSts(stsCall, context, (client, sts, sendOptions) =>
    action === 'AssumeRole'
      ? client.send(
          new sts.AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'test', DurationSeconds: seconds, ...mfa }),
          sendOptions,
        )
      : client.send(new sts.GetSessionTokenCommand({ DurationSeconds: seconds, ...mfa }), sendOptions),
  ).then(
    answer => ({ credentials: credentialsIn(answer, stsCall) }),
    (error: VaultError) => ({ error }),
  )
  return { context, credentials: undefined, error: undefined, ...outcome }
}

async function failure(request: Request, code: string): Promise<VaultError> {
  const { error, context } = await call(request)
  assert.ok(isVaultError(error, code), `${error?.code}: ${error?.message}`)
  assert.match(error.message, /"dev"|eu-central-1/)
  assert.doesNotMatch(error.message, /\.$|\n/)
  const shown = shownBy(error) + context.logged.join('\n')
  for (const secret of [request.source?.secretAccessKey, request.source?.sessionToken, keys.secretAccessKey]) {
    assert.ok(secret === undefined || !shown.includes(secret))
  }
  return error
}

/** A code that is not the device's, now or soon. */
function wrongCode(): string {
  const right = [-1, 0, 1, 2].map(steps => aws.mfaCode(serial, aws.now() + steps * 30_000))
  return ['111222', '222333', '333444', '444555', '555666'].find(code => !right.includes(code)) as string
}

describe('callSts', () => {
  it('gives what AWS answers', async () => {
    const { credentials, context } = await call({ seconds: 900 })
    const end = credentials?.expiration?.getTime() ?? 0
    const inWholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000) * 1000
    assert.ok(end >= inWholeSeconds(aws.calls[0]?.time ?? 0) + 900_000 && end <= inWholeSeconds(aws.now()) + 900_000)
    const { action, region, accessKeyId, issued } = aws.calls[0] ?? {}
    assert.deepEqual(
      [action, region, accessKeyId, issued],
      ['GetSessionToken', 'eu-central-1', keys.accessKeyId, credentials?.accessKeyId],
    )
    assert.deepEqual(context.logged, [])
  })

  it('leaves the source as it was given', async () => {
    const { accessKeyId, secretAccessKey } = keys
    const source = Object.freeze({ accessKeyId, secretAccessKey })
    assert.ok((await call({ source })).credentials)
  })

  it('signs for us-east-1 where no region is given', async () => {
    const { region: _, ...step } = stepOf()
    await callSts({ action: 'GetCallerIdentity', step, source: keys }, testContext(), (client, sts, options) =>
      client.send(new sts.GetCallerIdentityCommand({}), options),
    )
    assert.equal(aws.calls[0]?.region, 'us-east-1')
  })

  describe('knows the endpoint', () => {
    const rows: readonly [name: string, step: Partial<CredentialStep>, host: string][] = [
      ['of a region', { region: 'eu-central-1' }, 'sts.eu-central-1.amazonaws.com'],
      ['of a region in China', { region: 'cn-north-1' }, 'sts.cn-north-1.amazonaws.com.cn'],
      ['for all regions', { region: 'eu-central-1', parameters: { legacyGlobalEndpoint: true } }, 'sts.amazonaws.com'],
      [
        'of a region that the one for all does not serve',
        { region: 'cn-north-1', parameters: { legacyGlobalEndpoint: true } },
        'sts.cn-north-1.amazonaws.com.cn',
      ],
    ]
    for (const [name, more, host] of rows) {
      it(name, async () => {
        const { endpointUrl: _, ...step } = { ...stepOf(), ...more }
        const reached = callSts({ action: 'GetSessionToken', step, source: keys }, testContext(), (client, sts) => {
          client.middlewareStack.add(
            () => async args => {
              throw Object.assign(new Error('stopped'), { host: (args.request as { hostname: string }).hostname })
            },
            { step: 'deserialize', priority: 'low' },
          )
          return client.send(new sts.GetSessionTokenCommand({}))
        })
        await assert.rejects(reached, error => isVaultError(error) && error.facts.host === host)
      })
    }
  })

  describe('repeats', () => {
    it('what AWS throttles, also with a code', async () => {
      aws.faults.add({ effect: 'throttle' })
      const mfaCode = aws.mfaCode(serial)
      assert.ok((await call({ step: { mfaSerial: serial }, mfaCode })).credentials)
      assert.equal(aws.calls.length, 2)
    })

    for (const effect of [
      'cut',
      'cut-after',
      'cut-answer',
      { error: { code: 'InternalFailure', status: 500 } },
    ] as const) {
      it(`after ${JSON.stringify(effect)}`, async () => {
        aws.faults.add({ effect })
        assert.ok((await call()).credentials)
        assert.equal(aws.calls.length, 2)
      })

      it(`nothing with a code after ${JSON.stringify(effect)}`, async () => {
        aws.faults.add({ effect })
        const code = typeof effect === 'string' ? 'ERR_NETWORK_FAILED' : 'ERR_STS_UNAVAILABLE'
        const error = await failure({ step: { mfaSerial: serial }, mfaCode: '123456' }, code)
        assert.match(error.hint ?? '', /next/)
        assert.equal(aws.calls.length, 1)
      })
    }

    it('nothing that AWS refuses', async () => {
      await failure({ seconds: 5 }, 'ERR_STS_INVALID')
      assert.equal(aws.calls.length, 1)
    })
  })

  describe('says what is wrong', () => {
    it('with a code', async () => {
      const error = await failure({ step: { mfaSerial: serial }, mfaCode: wrongCode() }, 'ERR_MFA_REFUSED')
      assert.equal(error.facts.awsCode, 'AccessDenied')
    })

    it('with a code that is none', async () => {
      await failure({ step: { mfaSerial: serial }, mfaCode: '12345' }, 'ERR_MFA_REFUSED')
    })

    it('with an MFA device', async () => {
      const mfaSerial = 'arn:aws:iam::111111111111:mfa/bob'
      const error = await failure({ step: { mfaSerial }, mfaCode: '123456' }, 'ERR_STS_MFA_DEVICE')
      assert.match(error.message, /mfa\/bob/)
    })

    it('with a session that has expired', async () => {
      const { credentials: source } = await call({ seconds: 900 })
      aws.setClock(() => Date.now() + 901_000)
      await failure({ action: 'AssumeRole', source }, 'ERR_SOURCE_EXPIRED')
    })

    it('with a session that AWS does not know', async () => {
      const { credentials: source } = await call({ seconds: 900 })
      aws.revoke(source?.accessKeyId ?? '')
      await failure({ action: 'AssumeRole', source }, 'ERR_SOURCE_EXPIRED')
    })

    it('with a role session that may have been revoked', async () => {
      const { credentials: source } = await call({ action: 'AssumeRole' })
      aws.revoke(roleArn)
      const error = await failure({ action: 'AssumeRole', source }, 'ERR_STS_DENIED')
      assert.equal(error.facts.sourceMayBeRevoked, true)
    })

    it('with an access key', async () => {
      const source = {
        accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
        secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
      }
      const error = await failure({ source }, 'ERR_STS_KEYS_REFUSED')
      assert.match(error.message, /AKIAI44QH8DHBEXAMPLE/)
      assert.match(error.hint ?? '', /aws-vault add/)
    })

    it('with a secret key', async () => {
      const source = { ...keys, secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' }
      const error = await failure({ source }, 'ERR_STS_KEYS_REFUSED')
      assert.match(error.message, /secret key/)
    })

    it('in the words of AWS when it denies', async () => {
      aws.addRole({ account: '111111111111', name: 'closed', trust: { principals: ['222222222222'] } })
      const step = stepOf()
      const stsCall = { action: 'AssumeRole', step, source: keys }
      const denied = callSts(stsCall, testContext(), (client, sts, options) =>
        client.send(
          new sts.AssumeRoleCommand({ RoleArn: roleArn.replace('admin', 'closed'), RoleSessionName: 'test' }),
          options,
        ),
      )
      await assert.rejects(denied, error => {
        assert.ok(isVaultError(error, 'ERR_STS_DENIED'))
        assert.match(
          error.message,
          /profile "dev": User: .*alice is not authorized to perform: sts:AssumeRole on .*closed/,
        )
        assert.match(error.hint ?? '', /mfa_serial/)
        assert.equal(error.facts.sourceMayBeRevoked, undefined)
        return true
      })
    })

    it('with a duration', async () => {
      const error = await failure({ action: 'AssumeRole', seconds: 7200 }, 'ERR_STS_INVALID')
      assert.match(error.hint ?? '', /duration_seconds/)
    })

    const scripted: readonly [awsCode: string, status: number, code: string][] = [
      ['RegionDisabledException', 403, 'ERR_STS_REGION_DISABLED'],
      ['PackedPolicyTooLarge', 400, 'ERR_STS_INVALID'],
      ['OptInRequired', 403, 'ERR_STS_REFUSED'],
      ['ExpiredToken', 403, 'ERR_STS_REFUSED'],
    ]
    for (const [awsCode, status, code] of scripted) {
      it(`with ${awsCode}`, async () => {
        aws.faults.add({ effect: { error: { code: awsCode, status, message: `a secret: ${keys.secretAccessKey}.` } } })
        const error = await failure({}, code)
        assert.match(String(error.facts.awsCode), new RegExp(`^${awsCode}`))
        assert.equal(error.facts.httpStatus, status)
      })
    }

    it('when throttling does not end', async () => {
      aws.faults.add({ effect: 'throttle', times: 'always' })
      const { error, context } = await call()
      assert.equal(error?.code, 'ERR_STS_THROTTLED')
      assert.equal(context.logged.length, 1)
    })

    it('when something else answers', async () => {
      aws.faults.add({ effect: 'garbage' })
      const error = await failure({}, 'ERR_NETWORK_FAILED')
      assert.match(error.message, /not AWS/)
    })

    it('when there is nothing to sign with', async () => {
      const stsCall = { action: 'GetCallerIdentity', step: stepOf() }
      const unsigned = callSts(stsCall, testContext(), (client, sts, options) =>
        client.send(new sts.GetCallerIdentityCommand({}), options),
      )
      await assert.rejects(unsigned, { code: 'ERR_STS_FAILED' })
    })

    it('when nobody listens', async () => {
      const closed = await startLocalAws()
      await closed.close()
      const error = await failure({ step: { endpointUrl: closed.url } }, 'ERR_NETWORK_FAILED')
      assert.match(error.message, new RegExp(`^${new URL(closed.url).host} cannot be reached .*ECONNREFUSED`))
      assert.match(error.hint ?? '', /endpoint_url/)
    })

    it('when there is no such host', async () => {
      const error = await failure({ step: { endpointUrl: 'http://sts.invalid' } }, 'ERR_NETWORK_FAILED')
      assert.match(error.message, /sts\.invalid/)
    })

    it('when it does not speak TLS', async () => {
      const error = await failure({ step: { endpointUrl: aws.url.replace('http', 'https') } }, 'ERR_NETWORK_FAILED')
      assert.match(error.hint ?? '', /AWS_CA_BUNDLE/)
    })
  })

  describe('ends', () => {
    it('when nobody answers in time', async () => {
      aws.faults.add({ effect: 'hang' })
      const error = await failure({ context: { http: { timeoutSeconds: 0.2 } } }, 'ERR_NETWORK_TIMEOUT')
      assert.match(error.message, /within 0.2 s/)
      assert.equal(aws.calls.length, 1)
    })

    it('when it is interrupted', async () => {
      aws.faults.add({ effect: 'hang' })
      const aborter = new AbortController()
      const reason = new Error('interrupted')
      const ended = call({ context: { signal: aborter.signal } })
      await aws.waitForCall(() => true)
      aborter.abort(reason)
      assert.equal((await ended).error, reason)
    })

    it('when it is interrupted before or between two attempts', async () => {
      const reason = new Error('interrupted')
      assert.equal((await call({ context: { signal: AbortSignal.abort(reason) } })).error, reason)
      assert.equal(aws.calls.length, 0)
      aws.faults.add({ effect: 'throttle', times: 'always' })
      const aborter = new AbortController()
      const ended = call({ context: { signal: aborter.signal } })
      await aws.waitForCall(() => true)
      setTimeout(() => aborter.abort(reason), 100)
      assert.equal((await ended).error, reason)
    })
  })

  describe('when our clock is wrong', () => {
    for (const [minutes, words] of [
      [20, '20 minutes behind'],
      [-180, '3 hours ahead of'],
    ] as const) {
      it(`goes on by AWS's clock, and says by how much: ${words}`, async () => {
        aws.setClock(() => Date.now() + minutes * 60_000)
        const { credentials, context } = await call()
        assert.ok(credentials)
        assert.equal(context.logged.length, 1)
        assert.match(context.logged[0] ?? '', new RegExp(`clock is ${words} AWS's`))
      })
    }

    it('says so when that does not help', async () => {
      const message = 'Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z'
      aws.setClock(() => Date.now() + 3_600_000)
      aws.faults.add({ times: 'always', effect: { error: { code: 'SignatureDoesNotMatch', status: 403, message } } })
      const error = await failure({}, 'ERR_CLOCK_SKEW')
      assert.match(error.message, /^this computer's clock is \d+ minutes behind AWS's, so that|so AWS/)
      assert.equal(aws.calls.length, 2)
    })

    it('says nothing of less than five minutes', async () => {
      aws.setClock(() => Date.now() + 4 * 60_000)
      assert.deepEqual((await call()).context.logged, [])
    })
  })

  describe('with settings of the network', () => {
    const elsewhere = { endpointUrl: 'https://sts.example.com' }
    const rows: readonly [name: string, http: HttpOptions, code: string, message: RegExp][] = [
      ['a proxy that is no address', { httpsProxy: 'socks5://user:hunter2@proxy' }, 'ERR_HTTP_PROXY', /HTTPS_PROXY/],
      ['a missing bundle', { caBundle: '/nowhere/ca.pem' }, 'ERR_HTTP_CA_BUNDLE', /\/nowhere\/ca\.pem cannot be read/],
    ]
    for (const [name, http, code, message] of rows) {
      it(`says what is wrong with ${name}`, async () => {
        const { error } = await call({ step: elsewhere, context: { http } })
        assert.equal(error?.code, code)
        assert.match(error?.message ?? '', message)
        assert.doesNotMatch(shownBy(error), /hunter2/)
      })
    }

    it('says so when a bundle has no certificates', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'aws-vault-sts-'))
      try {
        const caBundle = join(directory, 'ca.pem')
        writeFileSync(caBundle, 'nothing')
        const { error } = await call({ step: elsewhere, context: { http: { caBundle } } })
        assert.equal(error?.code, 'ERR_HTTP_CA_BUNDLE')
      } finally {
        rmSync(directory, { recursive: true })
      }
    })
  })

  it('reads neither environment nor config files', () => {
    const directory = mkdtempSync(join(tmpdir(), 'aws-vault-sts-'))
    try {
      const config = join(directory, 'config')
      writeFileSync(config, '[default]\nregion = ap-south-1\nendpoint_url = http://192.0.2.1\nretry_mode = nonsense\n')
      const script = `
        const { callSts } = await import(${JSON.stringify(import.meta.resolve('./sts.ts'))})
        const { testContext } = await import(${JSON.stringify(import.meta.resolve('./testkit/context.ts'))})
        const fs = process.getBuiltinModule('node:fs')
        const read = []
        for (const [module, name] of [[fs, 'readFile'], [fs, 'readFileSync'], [fs, 'openSync'], [fs.promises, 'readFile'], [fs.promises, 'open']]) {
          const original = module[name]
          module[name] = (file, ...rest) => { read.push(String(file)); return original.call(module, file, ...rest) }
        }
        process.getBuiltinModule('node:module').syncBuiltinESMExports()
        const call = { action: 'GetCallerIdentity', step: ${JSON.stringify(stepOf())}, source: ${JSON.stringify(keys)} }
        await callSts(call, testContext(), async (client, sts) => {
          client.middlewareStack.add(() => async ({ request }) => {
            console.log(JSON.stringify([request.hostname + ':' + request.port, request.headers.authorization, read.filter(file => file.startsWith(${JSON.stringify(directory)}))]))
            process.exit(0)
          }, { step: 'deserialize', priority: 'low' })
          return client.send(new sts.GetCallerIdentityCommand({}))
        })`
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--conditions=@aws-vault/source', '--input-type=module', '-e', script],
        {
          encoding: 'utf8',
          env: {
            ...{ PATH: process.env.PATH, HOME: directory, AWS_CONFIG_FILE: config, AWS_PROFILE: 'default' },
            AWS_SHARED_CREDENTIALS_FILE: config,
            ...{ AWS_ENDPOINT_URL: 'http://192.0.2.2', AWS_REGION: 'ap-south-1', AWS_RETRY_MODE: 'nonsense' },
            ...{ AWS_MAX_ATTEMPTS: 'x', AWS_USE_FIPS_ENDPOINT: 'x', AWS_USE_DUALSTACK_ENDPOINT: 'x' },
            AWS_DEFAULTS_MODE: 'nonsense',
          },
        },
      )
      const [host, authorization, read] = JSON.parse(stdout || `["${stderr}"]`)
      assert.equal(host, new URL(aws.url).host)
      assert.match(authorization, /\/eu-central-1\/sts\//)
      assert.deepEqual(read, [])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

describe('credentialsIn', () => {
  it('refuses an answer without credentials', () => {
    const stsCall = { action: 'AssumeRole', step: stepOf() }
    for (const answer of [
      {},
      { Credentials: { AccessKeyId: 'a', SecretAccessKey: 'b', SessionToken: '', Expiration: new Date() } },
    ]) {
      assert.throws(() => credentialsIn(answer, stsCall), { code: 'ERR_STS_ANSWER' })
    }
  })
})
