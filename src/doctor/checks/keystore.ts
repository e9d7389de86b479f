import { describeOrigin } from '../../aws-config/origin.ts'
import { type Check, ok, warning } from '../check.ts'

/** Milliseconds that one step may take before it is worth a word: people run this in front of every command. */
const slow = 500

/** Whether the keyring in force answers, whether it is locked, and how fast it is. */
export const keystore: Check = {
  name: 'keystore',
  async run(world) {
    const { backend, openMs, listMs, getMs, items, isLocked } = await world.keystore()
    const chosen = backend.origin.kind === 'default' ? 'the best that works here' : describeOrigin(backend.origin)
    const times = [`opens in ${ms(openMs)}`]
    if (listMs !== undefined) times.push(`lists ${items} ${items === 1 ? 'item' : 'items'} in ${ms(listMs)}`)
    if (getMs !== undefined) times.push(`gives one in ${ms(getMs)}`)
    const state = isLocked ? '; it is locked, and asks when it is used' : ''
    const message = `the ${backend.value} keyring (${chosen}) ${times.join(', ')}${state}`
    const slowest = Math.max(openMs, listMs ?? 0, getMs ?? 0)
    if (slowest <= slow) return [ok(message)]
    const hint =
      backend.value === 'file' && slowest === getMs
        ? 'a lower --file-work-factor makes it faster, and guessing the passphrase too'
        : 'a faster one: aws-vault plugins parts, aws-vault migrate'
    return [warning(`${message}: that is slow`, hint)]
  },
}

const ms = (time: number): string => `${Math.round(time)} ms`
