import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FailureKind } from './failure.ts'
import { withRetries } from './retry.ts'

class Failure extends Error {
  readonly kind: FailureKind | undefined

  constructor(kind?: FailureKind) {
    super(kind)
    this.kind = kind
  }
}

async function run(kinds: readonly (FailureKind | undefined | 'ok')[], carriesCode = false) {
  const events: string[] = []
  const pauses: number[] = []
  const result = await withRetries(
    async () => {
      const kind = kinds[events.push('call') - 1 - pauses.length - events.filter(event => event === 'say').length]
      if (kind !== 'ok') throw new Failure(kind)
      return 'ok'
    },
    {
      kindOf: error => (error as Failure).kind,
      carriesCode,
      sleep: async milliseconds => {
        events.push('sleep')
        pauses.push(milliseconds)
      },
      onThrottled: () => events.push('say'),
    },
  ).catch((error: Failure) => error.kind ?? 'unknown')
  return { events, pauses, result }
}

describe('withRetries', () => {
  it('calls once what succeeds', async () => {
    assert.deepEqual((await run(['ok'])).events, ['call'])
  })

  for (const kind of ['throttled', 'unavailable', 'unreachable', 'cut'] as const) {
    it(`repeats what was ${kind}, three attempts in all, with growing pauses`, async () => {
      assert.equal((await run([kind, 'ok'])).result, 'ok')
      const { events, pauses, result } = await run([kind, kind, kind, 'ok'])
      assert.equal(events.filter(event => event === 'call').length, 3)
      assert.equal(result, kind)
      assert.ok((pauses[1] ?? 0) > 2 * (pauses[0] ?? Number.POSITIVE_INFINITY) * 0.8, String(pauses))
    })
  }

  for (const kind of [
    'refused',
    'no-such-host',
    'untrusted',
    'proxy-refused',
    'unintelligible',
    'not-made',
    undefined,
  ] as const) {
    it(`does not repeat what was ${kind}`, async () => {
      assert.deepEqual((await run([kind, 'ok'])).events, ['call'])
    })
  }

  it('says that AWS is throttling before it takes more than two seconds', async () => {
    assert.deepEqual((await run(['throttled', 'throttled', 'ok'])).events, [
      'call',
      'sleep',
      'call',
      'say',
      'sleep',
      'call',
    ])
    assert.equal((await run(['throttled', 'ok'])).events.includes('say'), false)
    assert.equal((await run(['cut', 'cut', 'ok'])).events.includes('say'), false)
  })

  it('repeats at once, and once, when the clock was set right', async () => {
    assert.deepEqual((await run(['skewed', 'ok'])).events, ['call', 'call'])
    assert.deepEqual((await run(['skewed', 'skewed', 'ok'])).events, ['call', 'call'])
  })

  it('repeats a call with a code only when AWS cannot have used the code up', async () => {
    for (const kind of ['throttled', 'unreachable', 'skewed'] as const) {
      assert.equal((await run([kind, 'ok'], true)).result, 'ok')
    }
    for (const kind of ['unavailable', 'cut'] as const) {
      assert.deepEqual((await run([kind, 'ok'], true)).events, ['call'])
    }
  })
})
