/** Ten profiles served at once for a day, in simulated time: sessions end, and one renewal in three fails. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Credentials, PromptUnavailableError, VaultError } from '@aws-vault/plugin-sdk'
import { containerHandler, type Request, SecretToken } from '@aws-vault/plugin-sdk/server'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { RenewingCredentials } from '../../src/server/renewing-credentials.ts'
import { SimulatedTime, seededRandom } from './support/simulated-time.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

for (const seed of [1, 2, 3]) {
  test(`a day with ten profiles (seed ${seed}): no expired credential, no storm, no waiting on each other`, async () => {
    const time = new SimulatedTime()
    const random = seededRandom(seed)
    const { logger } = testContext()
    const token = new SecretToken()
    const request = (path: string): Request => ({
      method: 'GET',
      path,
      headers: new Map([['authorization', token.text]]),
      closes: false,
    })

    /** From 6 to 8 o'clock, AWS fails for everybody; otherwise each third call. */
    const isOutage = (): boolean => Math.floor((time.now() % (24 * HOUR)) / (2 * HOUR)) === 3
    const calls: number[][] = []
    const profiles = Array.from({ length: 10 }, (_, number) => {
      const own: number[] = []
      calls.push(own)
      const life = [15 * MINUTE, HOUR, HOUR, 8 * HOUR][number % 4] as number
      let running = 0
      const renewing = new RenewingCredentials({
        owner: `profile "p${number}"`,
        async obtain(): Promise<Credentials> {
          own.push(time.now())
          assert.equal(++running, 1, 'two renewals of one profile at once')
          // Profile 9 waits for a person that takes ten minutes; nobody else may notice.
          await time.delay(number === 9 ? 10 * MINUTE : random() * 5 * SECOND)
          running--
          if (isOutage()) throw new VaultError('ERR_AWS_CALL', 'AWS does not answer')
          if (number === 8 && random() < 0.5) throw new PromptUnavailableError('nobody is there')
          if (random() < 1 / 3) throw new VaultError('ERR_AWS_CALL', 'AWS refuses')
          const expiration = new Date(time.now() + life)
          return { accessKeyId: `ASIA${number}`, secretAccessKey: 's', sessionToken: 't', expiration }
        },
        clock: time,
        timers: time,
        random,
        logger,
      })
      renewing.serve()
      const source = { profile: `p${number}`, current: () => renewing.current(), ready: () => renewing.ready() }
      return { life, handler: containerHandler({ source, path: '/', isAuthorized: given => token.equals(given) }) }
    })

    const served = { given: 0, refused: 0, late: 0 }
    const perProfile = profiles.map(() => ({ given: 0, asked: 0 }))
    const waiting: Promise<void>[] = []
    for (let second = 0; second < 24 * 3600; second += 5) {
      for (const [number, { handler }] of profiles.entries()) {
        const count = perProfile[number] as { given: number; asked: number }
        const answer = handler(request('/'))
        count.asked++
        const look = ({ status, bytes }: { status: number; bytes: Buffer }): void => {
          if (status !== 200) {
            served.refused++
            return
          }
          const text = bytes.toString()
          const { Expiration } = JSON.parse(text.slice(text.indexOf('\r\n\r\n')))
          assert.ok(Date.parse(Expiration) - time.now() > 50 * SECOND, `expired: ${Expiration}`)
          served.given++
          count.given++
        }
        if ('bytes' in answer) look(answer)
        else waiting.push(answer.then(look))
      }
      await time.pass(5 * SECOND)
    }
    await time.pass(HOUR)
    await Promise.all(waiting)

    for (const [number, times] of calls.entries()) {
      const { life } = profiles[number] as { life: number }
      // Renewed at three quarters of a life, each up to a few times; and in the outage at most every 2.5 minutes.
      const most = ((24 * HOUR) / (life * 0.75)) * 4 + 80
      assert.ok(times.length <= most, `profile ${number}: ${times.length} renewals, at most ${most}`)
      for (let at = 10; at < times.length; at++) {
        const window = (times[at] as number) - (times[at - 10] as number)
        assert.ok(window >= 30 * SECOND, `profile ${number}: ten renewals in ${window} ms`)
      }
    }
    const together = calls.flat().sort((one, other) => one - other)
    for (let at = 30; at < together.length; at++) {
      assert.ok((together[at] as number) - (together[at - 30] as number) >= 10 * SECOND, 'a storm of all profiles')
    }
    // Two hours of the day AWS fails; 8 asks a person who is often away, 9 one who takes ten minutes.
    for (const [number, { given, asked }] of perProfile.entries()) {
      assert.ok(
        given / asked > (number === 8 ? 0.5 : number === 9 ? 0.75 : 0.85),
        `profile ${number}: ${given} of ${asked}`,
      )
    }
    assert.ok(served.given > 140_000 && served.refused > 0, JSON.stringify(served))
  })
}
