import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CredentialProvider, Credentials, PartContext } from '@aws-vault/plugin-sdk'
import {
  KeyringLockedError,
  KeyringStorageError,
  MfaRefusedError,
  PromptCancelledError,
  SourceExpiredError,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { itemJson, MemoryKeyring } from '../../test/support/memory-keyring.ts'
import { CredentialStore } from '../vault/credential-store.ts'
import { SessionCache } from '../vault/session-cache.ts'
import { encodeSessionKey } from '../vault/session-key.ts'
import { MfaCodes } from './mfa-codes.ts'
import type { Plan, ProviderStep, StoredKeysStep } from './plan-types.ts'
import { resolve } from './resolve.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const serial = 'arn:aws:iam::111111111111:mfa/alice'
const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

const storedKeys: StoredKeysStep = { kind: 'stored-keys', profile: 'dev', why: [] }
const token = providerStep('token', 'dev')
const role = providerStep('role', 'admin', { roleArn: 'arn:aws:iam::111111111111:role/admin' })

function providerStep(provider: string, profile: string, parameters: Record<string, string> = {}): ProviderStep {
  const cache = { type: provider === 'token' ? 'sts.GetSessionToken' : 'sts.AssumeRole', profile, serial: '' }
  return { kind: 'provider', step: { provider, profile, durationSeconds: 3600, parameters }, cache, why: [] }
}

function withMfa(step: ProviderStep, more: Partial<ProviderStep> = {}): ProviderStep {
  return { ...step, step: { ...step.step, mfaSerial: serial }, ...more }
}

function withoutCache({ cache: _, ...step }: ProviderStep): ProviderStep {
  return step
}

function planOf(...steps: [StoredKeysStep | ProviderStep, ...(StoredKeysStep | ProviderStep)[]]): Plan {
  return { profile: 'admin', steps, notes: [] }
}

const chain = planOf(storedKeys, token, role)

interface Call {
  readonly provider: string
  readonly source?: string
  readonly mfaCode?: string
}

/** A vault with keys for `dev`, and providers that number the sessions that they make: `ASIAtoken1`, `ASIArole2`. */
function world() {
  const keyring = new MemoryKeyring()
  keyring.plant('dev', itemJson('dev', { AccessKeyID: keys.accessKeyId, SecretAccessKey: keys.secretAccessKey }))
  const clock = { time: start, now: () => clock.time }
  const calls: Call[] = []
  const locks: string[] = []
  const warnings: string[] = []
  const answers: string[] = []
  const behaviour: {
    answer: (call: Call) => Error | Partial<Credentials> | undefined
    recognises?: CredentialProvider['recognises']
    lock: <T>(name: string, task: () => Promise<T>, onWait: () => void) => Promise<T>
  } = { answer: () => undefined, lock: (_, task) => task() }

  const provider: CredentialProvider = {
    async resolve(step, { source, mfaCode }, _context) {
      const call = {
        provider: step.provider,
        ...(source !== undefined && { source: source.accessKeyId }),
        ...(mfaCode !== undefined && { mfaCode }),
      }
      const name = `${step.provider}${calls.push(call)}`
      const answer = behaviour.answer(call)
      if (answer instanceof Error) throw answer
      return {
        accessKeyId: `ASIA${name}`,
        secretAccessKey: `secret of ${name}`,
        sessionToken: `token of ${name}`,
        expiration: new Date(clock.time + 3600_000),
        ...answer,
      }
    },
  }
  const logger = { debug: () => {}, warn: (message: string) => warnings.push(message) }

  /** Runs a plan as a new program would: nothing is left but what lies in the keyring. */
  async function run(
    plan: Plan,
    options: { refresh?: boolean; mfaToken?: string; silent?: boolean } = {},
  ): Promise<string> {
    const { refresh = false, mfaToken, silent = false } = options
    const credentials = await resolve(plan, {
      providers: {
        get: async () => ({ ...provider, ...(behaviour.recognises && { recognises: behaviour.recognises }) }),
      },
      contextFor: async () => ({ logger }) as unknown as PartContext,
      credentialStore: async () => new CredentialStore(keyring, () => {}),
      ssoTokens: () => Promise.reject(new Error('no step of SSO')),
      signInLogins: () => Promise.reject(new Error('no step of a sign-in')),
      sessionCache: async () => new SessionCache(keyring, clock, () => {}),
      lock: (name, task, onWait) => {
        locks.push(name)
        return behaviour.lock(name, task, onWait)
      },
      mfaCodes: new MfaCodes({
        ask: async () => answers.shift() ?? assert.fail('one question too many'),
        ...(mfaToken !== undefined && { token: mfaToken }),
        logger,
        signal: new AbortController().signal,
        now: clock.now,
      }),
      clock,
      logger,
      options: { refresh, minimumSeconds: 300, silent },
    })
    return credentials.accessKeyId
  }

  /** Makes what `run` did so far the past. */
  function forget(): void {
    for (const list of [calls, locks, warnings, keyring.operations]) list.length = 0
  }

  return { keyring, clock, calls, locks, warnings, answers, behaviour, run, forget }
}

describe('resolve', () => {
  it('gives stored keys as they are', async () => {
    const { run, locks } = world()
    assert.equal(await run(planOf(storedKeys)), keys.accessKeyId)
    assert.deepEqual(locks, [])
  })

  it('says whose keys are missing', async () => {
    const { run } = world()
    const plan = planOf({ ...storedKeys, profile: 'prod' }, token)
    await assert.rejects(run(plan), { code: 'ERR_CREDENTIALS_MISSING', facts: { profile: 'prod' } })
  })

  it('runs every step on the credentials of the one before', async () => {
    const { run, calls } = world()
    assert.equal(await run(chain), 'ASIArole2')
    assert.deepEqual(calls, [
      { provider: 'token', source: keys.accessKeyId },
      { provider: 'role', source: 'ASIAtoken1' },
    ])
  })

  it('takes the keys that took the place of those that AWS refused meanwhile, and only those', async () => {
    const { run, calls, behaviour, keyring } = world()
    const refusal = new VaultError('ERR_STS_KEYS_REFUSED', 'it was rotated')
    behaviour.answer = ({ source }) => {
      if (source !== keys.accessKeyId) return undefined
      keyring.plant('dev', itemJson('dev', { AccessKeyID: 'AKIANEW', SecretAccessKey: keys.secretAccessKey }))
      return refusal
    }
    await run(planOf(storedKeys, token))
    assert.deepEqual(
      calls.map(({ source }) => source),
      [keys.accessKeyId, 'AKIANEW'],
    )
    behaviour.answer = () => refusal
    await assert.rejects(run(planOf(storedKeys, role)), refusal)
    assert.equal(calls.length, 3)
  })

  it('starts with a provider where there is no source', async () => {
    const { run, calls } = world()
    await run(planOf(token))
    assert.deepEqual(calls, [{ provider: 'token' }])
  })

  it('asks for no code, waits for nobody and decrypts nothing where nobody is to be asked; uses what others made', async () => {
    const { run, forget, keyring, locks, calls, answers } = world()
    const guarded = planOf(storedKeys, withMfa(token), role)
    await assert.rejects(run(guarded, { silent: true }), { code: 'ERR_PROMPT_UNAVAILABLE' })
    assert.ok(keyring.operations.every(operation => operation.startsWith('keys')))
    assert.ok(!locks.some(name => name.includes('GetSessionToken')), 'whose holder may be asking somebody')
    assert.deepEqual(calls, [])
    answers.push('123456')
    await run(guarded)
    for (const name of keyring.names()) if (name.startsWith('sts.AssumeRole')) await keyring.remove(name)
    forget()
    assert.equal(await run(guarded, { silent: true }), 'ASIArole1')
    assert.deepEqual(calls, [{ provider: 'role', source: 'ASIAtoken1' }])
  })

  describe('with sessions in the cache', () => {
    it('looks at nothing before the last one that is cached, and takes no lock', async () => {
      const { run, forget, calls, locks, keyring } = world()
      await run(chain)
      forget()
      assert.equal(await run(chain), 'ASIArole2')
      assert.deepEqual([calls, locks], [[], []])
      assert.deepEqual(
        keyring.operations.map(operation => operation.split(' ')[0]),
        ['keys', 'get'],
      )
    })

    it('uses a cached source', async () => {
      const { run, forget, calls, keyring } = world()
      await run(chain)
      for (const name of keyring.names()) if (name.startsWith('sts.AssumeRole')) await keyring.remove(name)
      forget()
      await run(chain)
      assert.deepEqual(calls, [{ provider: 'role', source: 'ASIAtoken1' }])
    })

    it('makes a new one when the old one is about to end', async () => {
      const { run, clock, calls } = world()
      await run(planOf(storedKeys, token))
      clock.time += 3300_000
      await run(planOf(storedKeys, token))
      assert.equal(calls.length, 1)
      clock.time += 1000
      assert.equal(await run(planOf(storedKeys, token)), 'ASIAtoken2')
    })

    it('makes a new one for another request', async () => {
      const { run, calls } = world()
      await run(chain)
      const other = { ...role, step: { ...role.step, durationSeconds: 900 } }
      assert.equal(await run(planOf(storedKeys, token, other)), 'ASIArole3')
      assert.deepEqual(calls[2], { provider: 'role', source: 'ASIAtoken1' })
    })

    it('makes new ones along the whole plan to refresh', async () => {
      const { run, calls } = world()
      await run(chain)
      assert.equal(await run(chain, { refresh: true }), 'ASIArole4')
      assert.equal(calls[3]?.source, 'ASIAtoken3')
    })

    it('keeps nothing of a step that is not cached, or that never ends', async () => {
      const { run, calls, keyring, behaviour } = world()
      await run(planOf(storedKeys, withoutCache(token)))
      behaviour.answer = () => ({ expiration: undefined }) as unknown as Partial<Credentials>
      await run(planOf(storedKeys, token))
      assert.equal(calls.length, 2)
      assert.deepEqual(keyring.names(), ['dev'])
    })
  })

  describe('takes a lock', () => {
    it('for each slot that it fills, from the last to the first', async () => {
      const { run, locks } = world()
      await run(chain)
      assert.deepEqual(locks, ['["session","sts.AssumeRole","admin",""]', '["session","sts.GetSessionToken","dev",""]'])
    })

    it('for an MFA device where nothing is cached', async () => {
      const { run, locks, answers } = world()
      answers.push('111111')
      await run(planOf(storedKeys, withoutCache(withMfa(token)), withoutCache(role)))
      assert.deepEqual(locks, [JSON.stringify(['mfa', serial])])
    })

    for (const refresh of [false, true]) {
      it(`and then uses what another process has made meanwhile${refresh ? ', also to refresh' : ''}`, async () => {
        const { run, calls, behaviour } = world()
        if (refresh) await run(chain)
        let made = ''
        behaviour.lock = async (_, task) => {
          behaviour.lock = (_name, next) => next()
          made = await run(chain, { refresh })
          return task()
        }
        assert.equal(await run(chain, { refresh }), made)
        assert.equal(calls.length, refresh ? 4 : 2)
      })
    }

    it('only once for steps of the same slot', async () => {
      const { run, locks } = world()
      await run(planOf(storedKeys, token, token))
      assert.equal(locks.length, 1)
    })

    it('and says for whom it waits', async () => {
      const { run, behaviour, warnings } = world()
      behaviour.lock = (_, task, onWait) => {
        onWait()
        return task()
      }
      await run(planOf(storedKeys, token))
      assert.match(warnings.join('\n'), /^waiting for another aws-vault .*"dev"$/)
    })

    it('or goes on without one', async () => {
      const { run, behaviour, warnings } = world()
      behaviour.lock = () => Promise.reject(new VaultError('ERR_LOCK_UNAVAILABLE', 'no locks here'))
      assert.equal(await run(chain), 'ASIArole2')
      assert.deepEqual(warnings, [])
    })

    it('and fails where waiting for it fails', async () => {
      const { run, behaviour } = world()
      const error = new Error('interrupted')
      behaviour.lock = () => Promise.reject(error)
      await assert.rejects(run(chain), error)
    })

    it('and does not run a task again that fails in it', async () => {
      const { run, behaviour, calls } = world()
      behaviour.answer = () => new VaultError('ERR_LOCK_UNAVAILABLE', 'a lock of the provider')
      await assert.rejects(run(planOf(storedKeys, token)), { code: 'ERR_LOCK_UNAVAILABLE' })
      assert.equal(calls.length, 1)
    })
  })

  describe('with MFA', () => {
    const plan = planOf(storedKeys, withMfa(token), role)

    it('asks for one code, and not again while its session lives', async () => {
      const { run, calls, answers } = world()
      answers.push('111111')
      await run(plan)
      await run(plan)
      assert.deepEqual(
        calls.map(({ mfaCode }) => mfaCode),
        ['111111', undefined],
      )
    })

    it('asks again when AWS refuses the code', async () => {
      const { run, calls, answers, behaviour } = world()
      answers.push('111111', '222222')
      behaviour.answer = ({ mfaCode }) => (mfaCode === '111111' ? new MfaRefusedError('no') : undefined)
      await run(plan)
      assert.deepEqual(
        calls.map(({ mfaCode }) => mfaCode),
        ['111111', '222222', undefined],
      )
    })

    it('fails, and asks nothing, when the code from the command line is refused', async () => {
      const { run, calls, behaviour } = world()
      behaviour.answer = () => new MfaRefusedError('no')
      await assert.rejects(run(plan, { mfaToken: '111111' }), { code: 'ERR_MFA_REFUSED' })
      assert.equal(calls.length, 1)
    })

    it('asks for a second code where two steps want one', async () => {
      const { run, calls, answers } = world()
      answers.push('111111', '111111', '222222')
      await run(planOf(storedKeys, withMfa(token), withMfa(role)))
      assert.deepEqual(
        calls.map(({ mfaCode }) => mfaCode),
        ['111111', '222222'],
      )
    })

    it('asks only when what comes before is there', async () => {
      const { run, behaviour } = world()
      behaviour.answer = () => new Error('no token')
      await assert.rejects(run(planOf(storedKeys, token, withMfa(role))), /no token/)
    })
  })

  describe('when AWS refuses the source', () => {
    const expired = (...refused: string[]) =>
      function answer({ source }: Call) {
        return refused.includes(source ?? '') ? new SourceExpiredError('expired') : undefined
      }

    async function withCachedToken() {
      const it = world()
      await it.run(planOf(storedKeys, token))
      it.forget()
      return it
    }

    it('makes a new one, and removes the cached one', async () => {
      const { run, calls, behaviour } = await withCachedToken()
      behaviour.answer = expired('ASIAtoken1')
      assert.equal(await run(chain), 'ASIArole3')
      assert.deepEqual(
        calls.map(({ source }) => source),
        ['ASIAtoken1', keys.accessKeyId, 'ASIAtoken2'],
      )
      assert.equal(await run(planOf(storedKeys, token)), 'ASIAtoken2')
    })

    it('does so when the cached one cannot be removed', async () => {
      const { run, calls, behaviour, keyring } = await withCachedToken()
      behaviour.answer = expired('ASIAtoken1')
      keyring.fault = operation => (operation.startsWith('remove') ? new KeyringStorageError('read-only') : undefined)
      assert.equal(await run(chain), 'ASIArole3')
      assert.equal(calls.length, 3)
    })

    it('tries once more, and not twice', async () => {
      const { run, calls, behaviour } = await withCachedToken()
      behaviour.answer = expired('ASIAtoken1', 'ASIAtoken2')
      await assert.rejects(run(chain), { code: 'ERR_SOURCE_EXPIRED' })
      assert.equal(calls.length, 3)
    })

    it('fails at once when it was new', async () => {
      const { run, calls, behaviour } = world()
      behaviour.answer = expired('ASIAtoken1')
      await assert.rejects(run(chain), { code: 'ERR_SOURCE_EXPIRED' })
      assert.equal(calls.length, 2)
    })

    it('goes back along the chain as far as it has to', async () => {
      const { run, forget, calls, behaviour } = world()
      const second = providerStep('second', 'second')
      const plan = planOf(storedKeys, token, role, second)
      await run(planOf(storedKeys, token, role))
      forget()
      behaviour.answer = expired('ASIAtoken1', 'ASIArole2')
      await run(plan)
      assert.deepEqual(
        calls.map(({ source }) => source),
        ['ASIArole2', 'ASIAtoken1', keys.accessKeyId, 'ASIAtoken3', 'ASIArole4'],
      )
    })

    it('sends the same code with the new one', async () => {
      const { run, calls, answers, behaviour } = await withCachedToken()
      answers.push('111111')
      behaviour.answer = expired('ASIAtoken1')
      await run(planOf(storedKeys, token, withMfa(role)))
      assert.deepEqual(
        calls.map(({ mfaCode }) => mfaCode),
        ['111111', undefined, '111111'],
      )
    })

    const denied = ({ source }: Call) =>
      source === 'ASIAtoken1'
        ? new VaultError('ERR_STS_DENIED', 'denied', { facts: { sourceMayBeRevoked: true } })
        : undefined

    it('makes a new one also where it may have been revoked', async () => {
      const { run, behaviour } = await withCachedToken()
      behaviour.answer = denied
      assert.equal(await run(chain), 'ASIArole3')
    })

    it('but asks for no code on that suspicion', async () => {
      const { run, forget, answers, behaviour, calls } = world()
      answers.push('111111')
      await run(planOf(storedKeys, withMfa(token)))
      forget()
      behaviour.answer = denied
      await assert.rejects(run(planOf(storedKeys, withMfa(token), role)), { code: 'ERR_STS_DENIED' })
      assert.equal(calls.length, 1)
    })
  })

  describe('with a session of another program', () => {
    const key = encodeSessionKey(
      { type: 'sts.GetSessionToken', profile: 'dev', serial: '' },
      new Date(start + 7200_000),
    )
    const payload = { AccessKeyId: 'ASIAforeign', SecretAccessKey: 's', SessionToken: 't' }
    const plan = planOf(storedKeys, token)

    function withForeignSession() {
      const it = world()
      it.keyring.plant(key, itemJson(key, payload))
      return it
    }

    it('uses it when its provider recognises it, and asks that only once', async () => {
      const { run, calls, behaviour } = withForeignSession()
      let asked = 0
      behaviour.recognises = async (step, session) => {
        asked += 1
        return step.provider === 'token' && session.accessKeyId === 'ASIAforeign'
      }
      assert.equal(await run(plan), 'ASIAforeign')
      assert.equal(await run(plan), 'ASIAforeign')
      assert.deepEqual([calls.length, asked], [0, 1])
    })

    it('uses it though nothing can be written', async () => {
      const { run, behaviour, keyring, warnings } = withForeignSession()
      behaviour.recognises = async () => true
      keyring.fault = operation => (operation.startsWith('set') ? new KeyringStorageError('read-only') : undefined)
      assert.equal(await run(plan), 'ASIAforeign')
      assert.deepEqual(warnings, [])
    })

    it('replaces it when its provider does not recognise it, cannot say, or fails', async () => {
      const answers: CredentialProvider['recognises'][] = [
        async () => false,
        undefined,
        async () => {
          throw new Error('network')
        },
      ]
      for (const recognises of answers) {
        const { run, behaviour, keyring } = withForeignSession()
        behaviour.recognises = recognises
        assert.equal(await run(plan), 'ASIAtoken1')
        assert.equal(keyring.names().includes(key), false)
      }
    })

    it('replaces it to refresh', async () => {
      const { run, behaviour } = withForeignSession()
      behaviour.recognises = async () => true
      assert.equal(await run(plan, { refresh: true }), 'ASIAtoken1')
    })
  })

  describe('when a session cannot be kept', () => {
    it('hands it out all the same, and says so once', async () => {
      const { run, keyring, warnings } = world()
      keyring.fault = operation => (operation.startsWith('set') ? new KeyringStorageError('disk full') : undefined)
      assert.equal(await run(chain), 'ASIArole2')
      assert.equal(warnings.length, 1)
      assert.match(warnings[0] ?? '', /"dev".*disk full/)
    })

    it('ends when the user declined to unlock the keyring', async () => {
      const { run, keyring } = world()
      keyring.fault = operation => (operation.startsWith('set') ? new PromptCancelledError() : undefined)
      await assert.rejects(run(chain), { code: 'ERR_PROMPT_CANCELLED' })
    })
  })

  it('fails when the keyring is locked', async () => {
    const { run, keyring } = world()
    keyring.fault = () => new KeyringLockedError('locked')
    await assert.rejects(run(chain), { code: 'ERR_KEYRING_LOCKED' })
  })

  it('hands out nothing that is no credentials', async () => {
    const junk = [
      { accessKeyId: '' },
      { secretAccessKey: 5 },
      { sessionToken: '' },
      { expiration: '2100-01-01' },
      { expiration: new Date(Number.NaN) },
    ]
    for (const answer of junk) {
      const { run, behaviour } = world()
      behaviour.answer = () => answer as unknown as Partial<Credentials>
      await assert.rejects(run(chain), { code: 'ERR_PROVIDER_RESULT' })
    }
  })
})
