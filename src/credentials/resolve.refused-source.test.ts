import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { KeyringStorageError, SourceExpiredError, VaultError } from '@aws-vault/plugin-sdk'
import {
  type Call,
  chain,
  keys,
  planOf,
  providerStep,
  role,
  storedKeys,
  token,
  withMfa,
  world,
} from '../../test/support/resolve-world.ts'

describe('resolve', () => {
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
})
