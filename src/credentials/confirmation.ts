import type { Profile } from '../aws-config/profile.ts'
import type { Reason } from './plan-types.ts'
import { refusedValue } from './refused-value.ts'

/** When a person has to agree before credentials are handed out. */
export interface Confirmation {
  /** `always`: each time; `session`: once for each session, as long as it is kept. */
  readonly when: 'always' | 'session'
  readonly why: Reason
}

/** From the loosest to the strictest. */
const WHEN = ['never', 'session', 'always']

/**
 * The strictest `vault_confirm` of the profiles that a plan goes through: whoever guards their keys guards every role that
 * these keys can get. Of one profile its own value counts before what it inherits. Pure.
 * @throws VaultError ERR_CONFIG_VALUE for a value that is none
 */
export function confirmationOf(profiles: readonly Profile[]): Confirmation | undefined {
  let strictest: Confirmation | undefined
  for (const profile of profiles) {
    const setting = profile.get('vault_confirm')
    if (setting === undefined) continue
    const { origin } = setting
    const when = setting.value.trim().toLowerCase()
    if (!WHEN.includes(when)) {
      throw refusedValue('vault_confirm', origin, 'is not valid: expected always, session or never')
    }
    if (when === 'never' || WHEN.indexOf(when) <= WHEN.indexOf(strictest?.when ?? 'never')) continue
    const often = when === 'always' ? 'each time' : 'once for each session'
    const text = `a person has to agree before they are handed out, ${often} (profile ${profile.name})`
    strictest = { when: when as Confirmation['when'], why: { text, origin } }
  }
  return strictest
}
