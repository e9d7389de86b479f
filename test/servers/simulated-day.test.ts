/** Ten profiles served at once for a day, in simulated time: sessions end, and one renewal in three fails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CredentialSource } from '@aws-vault/plugin-sdk'
import { containerHandler, type Request, SecretToken } from '@aws-vault/plugin-sdk/server'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import ecs from '../../plugins/exposure-ecs/src/index.ts'
import { KeptClient } from './support/kept-client.ts'
import { HOUR, SECOND, TenProfiles } from './support/ten-profiles.ts'

for (const seed of [1, 2, 3]) {
  test(`a day with ten profiles (seed ${seed}): no expired credential, no storm, no waiting on each other`, async () => {
    const day = new TenProfiles(seed)
    const { time } = day
    const token = new SecretToken()
    const headers = new Map([['authorization', token.text]])
    const request: Request = { method: 'GET', path: '/', headers, closes: false }
    const handlers = day.sources.map(source =>
      containerHandler({ source, path: '/', isAuthorized: given => token.equals(given) }),
    )
    const waiting: Promise<void>[] = []
    for (let second = 0; second < 24 * 3600; second += 5) {
      for (const [number, handler] of handlers.entries()) {
        const answer = handler(request)
        const look = ({ bytes }: { bytes: Buffer }): void => day.look(number, bytes.toString())
        if ('bytes' in answer) look(answer)
        else waiting.push(answer.then(look))
      }
      await time.pass(5 * SECOND)
    }
    await time.pass(HOUR)
    await Promise.all(waiting)
    day.check()
    assert.ok(day.served.given > 140_000, JSON.stringify(day.served))
  })
}

/** A source that says when the server has begun to wait for it, and when it need not any more. */
class WatchedSource implements CredentialSource {
  readonly #source: CredentialSource
  #waits = Promise.withResolvers<void>()
  isWaiting = false

  constructor(source: CredentialSource) {
    this.#source = source
  }

  get profile(): string {
    return this.#source.profile
  }

  /** Resolves when the credentials are asked for and are not at hand. */
  get waits(): Promise<void> {
    return this.#waits.promise
  }

  ready() {
    return this.#source.ready?.()
  }

  async current() {
    this.isWaiting = true
    this.#waits.resolve()
    try {
      return await this.#source.current()
    } finally {
      this.isWaiting = false
      this.#waits = Promise.withResolvers()
    }
  }
}

test('the same day through the real server of ecs, with a client of its own for each profile', async () => {
  const STEP = 15
  const day = new TenProfiles(4)
  const { time } = day
  const sources = day.sources.map(source => new WatchedSource(source))
  const exposed = await ecs.exposeProfiles?.(sources, {}, { ...testContext(), clock: time })
  assert.ok(exposed)
  const clients = exposed.environments.map(environment => {
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: url = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: token = '' } = environment
    return { client: new KeptClient(new URL(url), token), answer: undefined as Promise<void> | undefined }
  })
  let waited = 0
  /** As no time passes meanwhile, a client has its answer, or the server waits for AWS or a person. */
  const answeredOrWaiting = async (): Promise<void> => {
    for (const [number, { answer }] of clients.entries()) {
      const source = sources[number] as WatchedSource
      while (clients[number]?.answer !== undefined && clients[number]?.answer === answer) {
        await Promise.race([answer, source.waits])
        // What is answered from there at once is no waiting; its answer is still on its way.
        await new Promise(setImmediate)
        if (source.isWaiting) break
      }
    }
  }
  try {
    for (let second = 0; second < 24 * 3600; second += STEP) {
      for (const [number, one] of clients.entries()) {
        if (one.answer !== undefined) waited++
        one.answer ??= one.client.ask().then(answer => {
          one.answer = undefined
          day.look(number, answer)
        })
      }
      await answeredOrWaiting()
      await time.pass(STEP * SECOND)
      await answeredOrWaiting()
    }
    await time.pass(HOUR)
    await Promise.all(clients.map(({ answer }) => answer))
    day.check()
    const { given } = day.served
    assert.ok(given > 40_000 && waited > 0, `${given} were given credentials, ${waited} steps waited`)
  } finally {
    for (const { client } of clients) client[Symbol.dispose]()
    await exposed.close()
  }
})
