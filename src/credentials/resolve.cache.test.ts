import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CredentialProvider, Credentials } from '@aws-vault/plugin-sdk'
import { KeyringLockedError, KeyringStorageError, PromptCancelledError } from '@aws-vault/plugin-sdk'
import { itemJson } from '../../test/support/memory-keyring.ts'
import { chain, planOf, role, start, storedKeys, token, withoutCache, world } from '../../test/support/resolve-world.ts'
import { encodeSessionKey } from '../vault/session-key.ts'

describe('resolve', () => {
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
