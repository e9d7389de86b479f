import { isVaultError } from '@aws-vault/plugin-sdk'
import { broken, type Check, ok, warning } from '../check.ts'

/** Milliseconds beyond which AWS refuses signatures. */
const refused = 5 * 60_000
const worthAWord = 60_000

/** How far this machine's clock is from AWS's. */
export const clock: Check = {
  name: 'clock',
  async run(world) {
    let difference: number | undefined
    try {
      difference = await world.clockDifference()
    } catch (error) {
      if (!isVaultError(error)) throw error
      return [
        warning(
          `the clock could not be compared with AWS's: ${error.message}`,
          error.hint ?? 'without a network: --offline',
        ),
      ]
    }
    if (difference === undefined) return [ok('not compared with that of AWS (--offline)')]
    const size = Math.abs(difference)
    const seconds = Math.round(size / 1000)
    const message = `this machine's clock is ${seconds} s ${difference < 0 ? 'ahead of' : 'behind'} that of AWS`
    const hint = 'set it: timedatectl set-ntp true, or the date and time settings of your system'
    if (size > refused) return [broken(`${message}: AWS refuses every call`, hint)]
    if (size > worthAWord) return [warning(message, hint)]
    return [ok('agrees with that of AWS')]
  },
}
