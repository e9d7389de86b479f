import assert from 'node:assert/strict'
import { type CredentialSource, type Credentials, PromptUnavailableError, VaultError } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { RenewingCredentials } from '../../../src/server/renewing-credentials.ts'
import { SimulatedTime, seededRandom } from './simulated-time.ts'

export const SECOND = 1000
const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

/**
 * Ten profiles in simulated time, whose sessions end and whose renewals fail by chance: one in three, and from 6 to 8
 * o'clock all of them. What they answered is looked at as it comes, and in all at the end of the day.
 */
export class TenProfiles {
  readonly time = new SimulatedTime()
  readonly sources: readonly CredentialSource[]
  /** Answers with credentials, and without. */
  readonly served = { given: 0, refused: 0 }
  readonly #lives: number[] = []
  readonly #calls: number[][] = []
  readonly #each: { given: number; asked: number }[] = []

  /** @param seed the same one makes the same day */
  constructor(seed: number) {
    const random = seededRandom(seed)
    this.sources = Array.from({ length: 10 }, (_, number) => this.#source(number, random))
  }

  #source(number: number, random: () => number): CredentialSource {
    const { time } = this
    const own: number[] = []
    this.#calls.push(own)
    this.#each.push({ given: 0, asked: 0 })
    const life = [15 * MINUTE, HOUR, HOUR, 8 * HOUR][number % 4] as number
    this.#lives.push(life)
    const isOutage = (): boolean => Math.floor((time.now() % (24 * HOUR)) / (2 * HOUR)) === 3
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
      logger: testContext().logger,
    })
    renewing.serve()
    return { profile: `p${number}`, current: () => renewing.current(), ready: () => renewing.ready() }
  }

  /** Notes what a profile's client was answered, and that it was nothing that has ended. */
  look(number: number, answer: string): void {
    const count = this.#each[number] as { given: number; asked: number }
    count.asked++
    if (!answer.startsWith('HTTP/1.1 200 ')) {
      this.served.refused++
      return
    }
    const { AccessKeyId, Expiration } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
    assert.equal(AccessKeyId, `ASIA${number}`)
    assert.ok(Date.parse(Expiration) - this.time.now() > 50 * SECOND, `expired: ${Expiration}`)
    this.served.given++
    count.given++
  }

  /** Looks at the whole day: no storm of renewals, and credentials nearly always. */
  check(): void {
    for (const [number, times] of this.#calls.entries()) {
      const life = this.#lives[number] as number
      // Renewed at three quarters of a life, each up to a few times; and in the outage at most every 2.5 minutes.
      const most = ((24 * HOUR) / (life * 0.75)) * 4 + 80
      assert.ok(times.length <= most, `profile ${number}: ${times.length} renewals, at most ${most}`)
      for (let at = 10; at < times.length; at++) {
        const window = (times[at] as number) - (times[at - 10] as number)
        assert.ok(window >= 30 * SECOND, `profile ${number}: ten renewals in ${window} ms`)
      }
    }
    const together = this.#calls.flat().sort((one, other) => one - other)
    for (let at = 30; at < together.length; at++) {
      assert.ok((together[at] as number) - (together[at - 30] as number) >= 10 * SECOND, 'a storm of all profiles')
    }
    // Two hours of the day AWS fails; 8 asks a person who is often away, 9 one who takes ten minutes.
    for (const [number, { given, asked }] of this.#each.entries()) {
      assert.ok(
        given / asked > (number === 8 ? 0.5 : number === 9 ? 0.75 : 0.85),
        `profile ${number}: ${given} of ${asked}`,
      )
    }
    assert.ok(this.served.refused > 0, JSON.stringify(this.served))
  }
}
