import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Credentials, PromptCancelledError, PromptUnavailableError, VaultError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { RenewingCredentials } from '../../src/server/renewing-credentials.ts'
import { SimulatedTime } from './support/simulated-time.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Issuer {
  readonly time: SimulatedTime
  readonly renewing: RenewingCredentials
  /** `minimumSeconds` of every call. */
  readonly calls: (number | undefined)[]
  readonly logged: readonly string[]
  /** What the next calls do; after them, credentials that live `life`. */
  readonly next: (() => Promise<Credentials>)[]
  make(life: number): Credentials
  /** `minimumSeconds` of every time when nobody was to be asked. */
  readonly looks: (number | undefined)[]
  /** What the next of those find; after them, nothing. */
  readonly found: (() => Promise<Credentials>)[]
}

function issuer({ life = HOUR, random = 0.5 } = {}): Issuer {
  const time = new SimulatedTime()
  const calls: (number | undefined)[] = []
  const next: (() => Promise<Credentials>)[] = []
  const looks: (number | undefined)[] = []
  const found: (() => Promise<Credentials>)[] = []
  const { logger, logged } = testContext()
  const make = (ms: number): Credentials => ({
    accessKeyId: `ASIA${calls.length}`,
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: new Date(time.now() + ms),
  })
  const renewing = new RenewingCredentials({
    owner: 'profile "work"',
    obtain: async minimum => {
      calls.push(minimum)
      return (next.shift() ?? (async () => make(life)))()
    },
    obtainSilently: async minimum => {
      looks.push(minimum)
      return (found.shift() ?? away)()
    },
    clock: time,
    timers: time,
    random: () => random,
    logger,
  })
  return { time, renewing, calls, logged, next, make, looks, found }
}

const away = (): Promise<never> => Promise.reject(new PromptUnavailableError('nobody is there'))

const aws = (): Promise<never> => Promise.reject(new VaultError('ERR_AWS_CALL', 'AWS refused'))

describe('renewing credentials', () => {
  test('asks for nothing before somebody does, then once for all', async () => {
    const { renewing, calls, time } = issuer()
    renewing.serve()
    await time.pass(HOUR)
    assert.equal(calls.length, 0)
    assert.equal(renewing.ready(), undefined)
    const all = await Promise.all(Array.from({ length: 1000 }, () => renewing.current()))
    assert.equal(new Set(all).size, 1)
    assert.equal(renewing.ready(), all[0], 'the very same object')
    assert.deepEqual(calls, [undefined])
  })

  test('renews 15 minutes or so before the end, while the old ones are handed out', async () => {
    const { renewing, calls, time, next, make } = issuer()
    renewing.serve()
    const first = await renewing.current()
    await time.pass(43 * MINUTE)
    assert.equal(calls.length, 1)
    next.push(async () => {
      await time.delay(MINUTE)
      return make(HOUR)
    })
    await time.pass(MINUTE)
    assert.equal(calls.length, 2, 'by the timer')
    assert.ok((calls[1] ?? 0) > 16 * 60, 'those that are kept and end with the old ones are not enough')
    assert.equal(renewing.ready(), first)
    await time.pass(MINUTE)
    assert.notEqual(renewing.ready(), first)
  })

  test('short-lived ones are renewed in their last quarter', async () => {
    const { renewing, calls, time } = issuer({ life: 15 * MINUTE })
    renewing.serve()
    await renewing.current()
    await time.pass(10 * MINUTE)
    assert.equal(calls.length, 1)
    await time.pass(2 * MINUTE)
    assert.equal(calls.length, 2)
  })

  test('not what nobody asks for any more', async () => {
    const { renewing, calls, time } = issuer()
    renewing.serve()
    await renewing.current()
    await time.pass(24 * HOUR)
    assert.equal(calls.length, 2, 'once ahead, since the first were used')
    await renewing.current()
    assert.equal(calls.length, 3)
  })

  test('are never handed out in their last minute, and a request waits for new ones then', async () => {
    const { renewing, next, time, calls } = issuer()
    renewing.serve()
    const first = await renewing.current()
    next.push(...Array.from({ length: 100 }, () => aws))
    await time.pass(59 * MINUTE - 1)
    assert.equal(renewing.ready(), first, 'failures do not take away what is good')
    await time.pass(1)
    assert.equal(renewing.ready(), undefined)
    await assert.rejects(renewing.current(), { code: 'ERR_AWS_CALL' })
    next.length = 0
    const before = calls.length
    await assert.rejects(renewing.current(), { code: 'ERR_AWS_CALL' }, 'left off for a while')
    assert.equal(calls.length, before)
    await time.pass(5 * MINUTE)
    assert.notEqual(await renewing.current(), first)
  })

  test('after failures it is left off for longer and longer, said once, and who asks learns for how long', async () => {
    const { renewing, next, time, calls, logged } = issuer()
    renewing.serve()
    await renewing.current()
    next.push(...Array.from({ length: 100 }, () => aws))
    await time.pass(58 * MINUTE)
    for (let second = 0; second < 3600; second++) {
      await renewing.current().catch(error => assert.equal(error.code, 'ERR_AWS_CALL'))
      await time.pass(1000)
    }
    assert.ok(calls.length > 10 && calls.length < 40, `${calls.length} calls in 75 minutes of failure`)
    assert.equal(logged.filter(line => line.includes('could not be renewed')).length, calls.length - 1)
    const error = await renewing.current().catch(error => error)
    assert.ok(error.facts.retryAfterSeconds >= 1)
    renewing.close()
    assert.equal(time.waiting, 0)
  })

  test('after a sleep of the machine, the next request renews though no timer came', async () => {
    const { renewing, time, calls } = issuer()
    renewing.serve()
    const first = await renewing.current()
    time.sleep(50 * MINUTE)
    assert.equal(renewing.ready(), first)
    await time.pass(0)
    assert.equal(calls.length, 2)
    time.sleep(8 * HOUR)
    assert.equal(renewing.ready(), undefined)
    await renewing.current()
    assert.equal(calls.length, 3)
  })

  test('nobody is asked for a code again before it is needed, and then once a minute at most', async () => {
    const { renewing, next, time, calls } = issuer()
    const away = (): Promise<never> => Promise.reject(new PromptCancelledError('not now'))
    renewing.serve()
    const first = await renewing.current()
    next.push(...Array.from({ length: 100 }, () => away))
    for (let minute = 0; minute < 59; minute++) {
      assert.equal(await renewing.current(), first)
      await time.pass(MINUTE)
    }
    assert.equal(calls.length, 2, 'once ahead of the end')
    for (let count = 0; count < 60; count++) {
      await assert.rejects(renewing.current(), { code: 'ERR_PROMPT_CANCELLED' })
      await time.pass(1000)
    }
    assert.equal(calls.length, 3, 'once when it was needed')
    next.length = 0
    await time.pass(MINUTE)
    await renewing.current()
    assert.equal(calls.length, 4)
  })

  test('where nobody could be asked, a session that somebody makes elsewhere is found within a second', async () => {
    const { renewing, next, time, calls } = issuer()
    renewing.serve()
    next.push(() => Promise.reject(new PromptUnavailableError('nobody is there')))
    for (let count = 0; count < 10; count++) {
      await assert.rejects(renewing.current(), { code: 'ERR_PROMPT_UNAVAILABLE' })
    }
    assert.equal(calls.length, 1, 'many requests at once look but once')
    await time.pass(1000)
    await renewing.current()
    assert.equal(calls.length, 2)
  })

  for (const [why, error] of [
    ['could not be asked', new PromptUnavailableError('nobody is there')],
    ['declined', new PromptCancelledError('not now')],
  ] as const) {
    test(`where somebody ${why}, it is looked for what others have made, once a minute, and nobody is asked`, async () => {
      const { renewing, next, time, calls, looks, found, make } = issuer()
      renewing.serve()
      const first = await renewing.current()
      next.push(...Array.from({ length: 100 }, () => () => Promise.reject(error)))
      for (let second = 0; second < 50 * 60; second++) {
        assert.equal(await renewing.current(), first)
        await time.pass(1000)
      }
      assert.equal(calls.length, 2, 'once ahead of the end')
      assert.ok(looks.length >= 4 && looks.length <= 7, `${looks.length} looks`)
      assert.ok((looks.at(-1) ?? 0) > 10 * 60, 'for such as live longer than those at hand')
      found.push(async () => make(HOUR))
      await time.pass(2 * MINUTE)
      assert.notEqual(renewing.ready(), first, 'they are handed out before the old ones end')
      const before = looks.length
      await time.pass(30 * MINUTE)
      assert.equal(looks.length, before, 'and are renewed like any others')
    })
  }

  for (const code of [
    'ERR_SIGN_IN_DECLINED',
    'ERR_SSO_LOGIN_DENIED',
    'ERR_KEYRING_DISMISSED',
    'ERR_PASS_CARD',
    'ERR_AGE_PLUGIN',
  ]) {
    test(`after ${code} no window is opened again and again`, async () => {
      const { renewing, next, time, calls } = issuer()
      renewing.serve()
      const first = await renewing.current()
      next.push(...Array.from({ length: 100 }, () => () => Promise.reject(new VaultError(code, 'not now'))))
      for (let second = 0; second < 58 * 60; second++) {
        assert.equal(await renewing.current(), first)
        await time.pass(1000)
      }
      assert.equal(calls.length, 2, 'once ahead of the end')
    })
  }

  test('what a look finds that was begun before all was forgotten is not handed out', async () => {
    const { renewing, next, time, found, make, looks, calls } = issuer()
    renewing.serve()
    await renewing.current()
    next.push(away)
    const look = Promise.withResolvers<Credentials>()
    found.push(() => look.promise)
    for (let minute = 0; minute < 59 && looks.length === 0; minute++) {
      renewing.ready()
      await time.pass(MINUTE)
    }
    assert.equal(looks.length, 1)
    renewing.forget()
    const stale = make(HOUR)
    look.resolve(stale)
    assert.notEqual(await renewing.current(), stale)
    assert.equal(calls.length, 3)
  })

  test('looks end with the credentials, and with the server; a request at the end asks once', async () => {
    const { renewing, next, time, calls, looks } = issuer()
    renewing.serve()
    await renewing.current()
    next.push(...Array.from({ length: 100 }, () => away))
    await time.pass(46 * MINUTE)
    assert.equal(calls.length, 2)
    for (let minute = 0; minute < 13; minute++) {
      renewing.ready()
      await time.pass(MINUTE)
    }
    const { length } = looks
    assert.ok(length <= 14, `${length} looks`)
    await time.pass(HOUR)
    assert.equal(looks.length, length)
    assert.equal(calls.length, 2)
    await assert.rejects(renewing.current(), { code: 'ERR_PROMPT_UNAVAILABLE' })
    assert.deepEqual([calls.length, looks.length], [3, length])
    renewing.close()
    assert.equal(time.waiting, 0)
  })

  test('who needs them while it is looked is asked afterwards', async () => {
    const { renewing, next, time, calls, looks, found } = issuer()
    renewing.serve()
    await renewing.current()
    next.push(away)
    await time.pass(45 * MINUTE)
    assert.equal(calls.length, 2)
    found.push(async () => {
      await time.delay(30 * MINUTE)
      return away()
    })
    const before = looks.length
    renewing.ready()
    await time.pass(20 * MINUTE)
    assert.equal(looks.length, before + 1)
    assert.equal(renewing.ready(), undefined)
    const waiting = renewing.current()
    await time.pass(20 * MINUTE)
    await waiting
    assert.equal(calls.length, 3)
  })

  test('forgotten ones are handed out no more, nor those that were on their way', async () => {
    const { renewing, next, time, calls, make } = issuer()
    renewing.serve()
    const first = await renewing.current()
    renewing.forget()
    assert.equal(renewing.ready(), undefined)
    assert.notEqual(await renewing.current(), first)
    renewing.forget()
    const stale = make(HOUR)
    next.push(async () => {
      await time.delay(MINUTE)
      return stale
    })
    const waiting = renewing.current()
    renewing.forget()
    await time.pass(MINUTE)
    const fresh = await waiting
    assert.notEqual(fresh, stale)
    assert.equal(renewing.ready(), fresh)
    assert.equal(calls.length, 4)
    await time.pass(50 * MINUTE)
    assert.equal(calls.length, 5, 'and renewed ahead of their end, as ever')
  })

  test('a failure before is forgotten too: who asks now does not wait', async () => {
    const { renewing, next } = issuer()
    renewing.serve()
    next.push(aws)
    await assert.rejects(renewing.current(), { code: 'ERR_AWS_CALL' })
    renewing.forget()
    await renewing.current()
  })

  test('long-lived keys are handed out, but not served', async () => {
    const { renewing, next } = issuer()
    const keys = { accessKeyId: 'AKIA', secretAccessKey: 's' }
    next.push(async () => keys)
    assert.equal(await renewing.current(), keys)
    assert.equal(renewing.ready(), keys)
    assert.throws(() => renewing.serve(), { code: 'ERR_SERVER_LONG_LIVED' })
    const lazy = issuer()
    lazy.renewing.serve()
    lazy.next.push(async () => keys)
    await assert.rejects(lazy.renewing.current(), { code: 'ERR_SERVER_LONG_LIVED' })
    assert.equal(lazy.renewing.ready(), undefined)
  })

  test('new ones that are about to end are a failure, not a reason to ask for others at once', async () => {
    const { renewing, calls } = issuer({ life: 30_000 })
    renewing.serve()
    await assert.rejects(renewing.current(), { code: 'ERR_SERVER_SHORT_LIVED' })
    await assert.rejects(renewing.current(), { code: 'ERR_SERVER_SHORT_LIVED' })
    assert.equal(calls.length, 1)
  })

  test('tells who listens, until they stop', async () => {
    const { renewing, time } = issuer()
    const seen: string[] = []
    const stop = renewing.onChange(({ accessKeyId }) => seen.push(accessKeyId))
    renewing.serve()
    await renewing.current()
    await time.pass(50 * MINUTE)
    assert.deepEqual(seen, ['ASIA1', 'ASIA2'])
    stop()
    await renewing.current()
    await time.pass(50 * MINUTE)
    assert.equal(seen.length, 2)
  })
})
