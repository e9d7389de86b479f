import type { Journal } from './journal.ts'
import type { ListedKey } from './ports.ts'

/** Milliseconds: AWS gives times to the second, and its answer took a while to come. */
const tolerance = 5000

/** How long a call lasts at most that nobody saw the end of. */
const longestCall = 60_000

/** How far AWS's clock and ours may be apart where AWS did not say its time; further apart, it accepts no call. */
const skew = 15 * 60_000

/**
 * The keys that a creation whose answer was lost may have left: made about then, and of nobody that we know. Pure.
 * @param listed the user's keys now
 * @param isHeld whether any profile of the vault has that key
 */
export function suspectsOf<K extends Pick<ListedKey, 'accessKeyId' | 'created'>>(
  { before, oldKeyId, startedAt }: Journal,
  listed: readonly K[],
  isHeld: (accessKeyId: string) => boolean,
): K[] {
  return listed.filter(
    ({ accessKeyId, created }) =>
      accessKeyId !== oldKeyId &&
      !before.includes(accessKeyId) &&
      !isHeld(accessKeyId) &&
      (created === undefined || Math.abs(created.getTime() - startedAt) <= skew),
  )
}

/** Whether a key was made within the very call whose answer was lost, and not just about then. Pure. */
export function wasMadeBy({ startedAt, failedAt }: Journal, { created }: Pick<ListedKey, 'created'>): boolean {
  if (created === undefined) return false
  const time = created.getTime()
  return time >= startedAt - tolerance && time <= (failedAt ?? startedAt + longestCall) + tolerance
}
