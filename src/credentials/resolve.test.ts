import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MfaRefusedError, VaultError } from '@aws-vault/plugin-sdk'
import { itemJson } from '../../test/support/memory-keyring.ts'
import {
  chain,
  keys,
  planOf,
  role,
  serial,
  storedKeys,
  token,
  withMfa,
  withoutCache,
  world,
} from '../../test/support/resolve-world.ts'

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
})
