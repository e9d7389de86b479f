/** Credentials with less time left than this are not handed out, in milliseconds: a call made with them has to arrive. */
export const MARGIN = 60_000

/** How long before their end credentials are renewed at the earliest, in milliseconds: some SDKs ask for others then. */
const LONGEST_LEAD = 15 * 60_000

const FIRST_PAUSE = 2000
const LONGEST_PAUSE = 5 * 60_000

/** How long nobody is asked again who could not or would not answer, in milliseconds. */
const PAUSE_FOR_A_PERSON = 60_000

/** How soon to look again whether somebody has renewed the session elsewhere, when nobody could be asked here. */
const PAUSE_WHERE_NOBODY_IS = 1000

/** How often it is looked for what others have made while nobody is asked, in milliseconds. */
const BETWEEN_LOOKS = 60_000

/**
 * When credentials that end at `expiration` are renewed (milliseconds since 1970, as all here): a quarter of their time
 * before, 15 minutes at most. A little earlier by chance, so that what began together is not renewed together.
 * @param random from 0 to 1
 */
export function renewalTime(expiration: number, now: number, random: number): number {
  const lead = Math.min(LONGEST_LEAD, (expiration - now) / 4)
  return Math.max(now, Math.min(expiration - MARGIN, expiration - lead * (1 + random / 5)))
}

/** Whether a failure needs a person to end it, and whether one was bothered for it. */
export type PersonNeeded = 'no' | 'was asked' | 'could not be asked'

/**
 * How long to leave off after that many failures in a row: twice as long each time, and no two the same. A person who
 * could not be asked is not bothered by the next try either.
 * @param random from 0 to 1
 */
export function pauseAfter(failures: number, person: PersonNeeded, random: number): number {
  if (person === 'could not be asked') return PAUSE_WHERE_NOBODY_IS
  if (person === 'was asked') return PAUSE_FOR_A_PERSON
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures - 1, 20))
  return pause * (0.5 + random / 2)
}

/**
 * How long until it is looked again whether somebody has renewed a session elsewhere: 14 times at most, since credentials
 * are renewed 15 minutes before their end. No two looks at the same time.
 * @param random from 0 to 1
 */
export const pauseBetweenLooks = (random: number): number => BETWEEN_LOOKS * (1 + random / 5)
