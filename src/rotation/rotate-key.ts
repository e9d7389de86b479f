import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import type { Afterwards, Journal, KeyPair } from './journal.ts'
import { newKeyOf, nextStep } from './next-step.ts'
import type { ListedKey, RotationPorts } from './ports.ts'
import { suspectsOf, wasMadeBy } from './suspects.ts'

/** What shall be rotated, and what becomes of the old key. */
export interface RotationRequest {
  readonly profiles: Journal['profiles']
  readonly oldKeyId: string
  readonly afterwards: Afterwards
  readonly graceSeconds: number
}

/** What a rotation came to. */
export interface Rotated {
  readonly oldKeyId: string
  readonly newKeyId: string
  readonly afterwards: Afterwards
  readonly sessionsDropped: number
  /** Whether it had been begun before, and was only finished now. */
  readonly resumed: boolean
  /** Other profiles that have the old key now, which therefore stays as it is. */
  readonly oldKeyHeldBy?: readonly string[]
}

/** Seconds between attempts while AWS does not know a new key everywhere yet; a minute in all. */
const pauses = [1, 1, 2, 3, 5, 8, 10, 15, 15]

/** After these AWS has certainly made no key. */
const NOTHING_MADE: ReadonlySet<string> = new Set([
  'ERR_IAM_DENIED',
  'ERR_IAM_REFUSED',
  'ERR_IAM_KEYS_REFUSED',
  'ERR_IAM_KEY_LIMIT',
  'ERR_IAM_THROTTLED',
  'ERR_IAM_FAILED',
  'ERR_CLOCK_SKEW',
])

/**
 * Rotates a key, or finishes what an earlier run began: what to do is told by {@link nextStep} alone, so that a run that
 * was killed or failed anywhere is taken up by the next one.
 * @param found the journal of an earlier run
 * @throws whatever the ports throw; what is left is then in the journal
 */
export async function rotateKey(
  request: RotationRequest,
  found: Journal | undefined,
  ports: RotationPorts,
): Promise<Rotated> {
  return new Rotation(request, found, ports).run()
}

class Rotation {
  readonly #request: RotationRequest
  readonly #ports: RotationPorts
  #journal: Journal | undefined
  #resumed: boolean
  #sessionsDropped = 0

  constructor(request: RotationRequest, found: Journal | undefined, ports: RotationPorts) {
    this.#request = request
    this.#ports = ports
    this.#journal = found
    this.#resumed = found !== undefined
  }

  async run(): Promise<Rotated> {
    for (;;) {
      const journal = this.#journal
      const stored = await this.#ports.stored(journal?.profiles ?? this.#request.profiles)
      const step = nextStep(journal, stored)
      if (journal === undefined) await this.#create(stored)
      else if (step === 'undo-creation') await this.#undoCreation(journal)
      else if (step === 'verify') await this.#verify(journal)
      else if (step === 'switch') await this.#switch(journal, stored)
      else if (step === 'drop-sessions') await this.#dropSessions(journal)
      else if (step === 'deactivate') await this.#deactivate(journal)
      else if (step === 'abandon') await this.#abandon(journal)
      else return this.#end(journal)
    }
  }

  async #create(stored: readonly (string | undefined)[]): Promise<void> {
    const { iam, say } = this.#ports
    const { profiles, afterwards, graceSeconds } = this.#request
    // What was undone may have been begun with another key.
    const oldKeyId = stored[0] ?? this.#request.oldKeyId
    say('looking at the keys that the user has')
    const listed = await iam.list()
    const others = listed.filter(({ accessKeyId }) => accessKeyId !== oldKeyId)
    const own = listed.find(({ accessKeyId }) => accessKeyId === oldKeyId)
    const plan = { profiles, oldKeyId, before: listed.map(it => it.accessKeyId), afterwards, graceSeconds }
    try {
      await this.#attempt(plan, others.length > 0 ? 'looking whether the user may make keys' : undefined)
    } catch (error) {
      // AWS looks whether a user may make keys before it looks how many there are. Only now is it worth deleting one.
      if (!isVaultError(error, 'ERR_IAM_KEY_LIMIT') || others.length === 0) throw error
      const room = await this.#makeRoom(others, own)
      const before = plan.before.filter(id => id !== room)
      await this.#eventually('ERR_IAM_KEY_LIMIT', () => this.#attempt({ ...plan, before }))
    }
  }

  /** Has a key made and kept. */
  async #attempt(plan: Omit<Journal, 'phase' | 'startedAt'>, doing = 'creating a new key'): Promise<void> {
    const { iam, say } = this.#ports
    const planned = { ...plan, startedAt: iam.now() }
    await this.#note({ ...planned, phase: 'creating' })
    say(doing)
    const { accessKeyId: newKeyId, secretAccessKey: newSecret } = await this.#createOrForget()
    try {
      await this.#note({ ...planned, phase: 'created', newKeyId, newSecret })
    } catch (error) {
      await this.#takeBack(newKeyId)
      throw error
    }
  }

  async #makeRoom(others: readonly ListedKey[], own: ListedKey | undefined): Promise<string> {
    const { iam, chooseForRoom, say } = this.#ports
    const { accessKeyId } = await chooseForRoom(others, own, 'room')
    say(`deleting ${accessKeyId}, to make room`)
    await iam.delete(accessKeyId)
    return accessKeyId
  }

  async #createOrForget(): Promise<KeyPair> {
    const { iam, warn } = this.#ports
    try {
      return await iam.create()
    } catch (error) {
      if (!isVaultError(error)) throw error
      if (NOTHING_MADE.has(error.code)) {
        await this.#forget()
        throw error
      }
      // Of what may have been made, the next run finds out; the shorter the time, the surer.
      try {
        if (this.#journal !== undefined) await this.#note({ ...this.#journal, failedAt: iam.now() })
      } catch (cause) {
        warn(`when that was could not be noted: ${(cause as Error).message}`)
      }
      throw maybeMade(error, this.#request.profiles[0])
    }
  }

  /** The secret of a key that was made cannot be kept: then it must not stay. */
  async #takeBack(newKeyId: string): Promise<void> {
    const { iam, warn } = this.#ports
    try {
      await iam.delete(newKeyId)
      await this.#forget()
    } catch (error) {
      warn(`the new key ${newKeyId} could be neither kept nor deleted yet: ${(error as Error).message}`)
    }
  }

  /** Nobody got the secret of what was made, if anything was. What may be somebody's is not deleted unasked. */
  async #undoCreation(journal: Journal): Promise<void> {
    const { iam, say, holders } = this.#ports
    say('an earlier rotation was interrupted before its new key was kept: undoing it')
    const listed = await iam.list()
    const suspects = suspectsOf(journal, listed, id => holders.of(id).length > 0)
    if (suspects.length > 0) {
      const { accessKeyId } = (await this.#certain(journal, suspects)) ?? (await this.#ask(journal, suspects, listed))
      say(`deleting ${accessKeyId}, of which nobody has the secret`)
      await iam.delete(accessKeyId)
    }
    await this.#forget()
    this.#resumed = false
  }

  /** The one key that can only be of the interrupted rotation. */
  async #certain(journal: Journal, suspects: readonly ListedKey[]): Promise<ListedKey | undefined> {
    const { iam, holders } = this.#ports
    const [only, ...more] = suspects
    if (only === undefined || more.length > 0 || !holders.isComplete || !wasMadeBy(journal, only)) return undefined
    return (await iam.lastUse(only.accessKeyId)) === 'never' ? only : undefined
  }

  async #ask({ oldKeyId }: Journal, suspects: readonly ListedKey[], listed: readonly ListedKey[]): Promise<ListedKey> {
    const own = listed.find(({ accessKeyId }) => accessKeyId === oldKeyId)
    try {
      return await this.#ports.chooseForRoom(suspects, own, 'interrupted')
    } catch (error) {
      // It is somebody's, and nothing is left to be undone.
      if (isVaultError(error, 'ERR_ROTATE_NO_ROOM')) await this.#forget()
      throw error
    }
  }

  async #verify(journal: Journal): Promise<void> {
    const { say, whoIs, iam } = this.#ports
    const key = newKeyOf(journal)
    if (key === undefined) return this.#abandon(journal)
    say('waiting until AWS knows the new key')
    try {
      await this.#eventually('ERR_STS_KEYS_REFUSED', () => whoIs(key))
    } catch (error) {
      if (!isVaultError(error, 'ERR_STS_KEYS_REFUSED')) throw error
      const listed = await iam.list()
      if (listed.some(({ accessKeyId, active }) => accessKeyId === key.accessKeyId && active)) throw unverified(key)
      say(`the new key ${key.accessKeyId} is gone or deactivated at AWS: beginning anew`)
      await iam.delete(key.accessKeyId)
      await this.#forget()
      this.#resumed = false
      return
    }
    // Who was given the old key since then gets the new one, too.
    const since = this.#ports.holders.of(journal.oldKeyId).filter(name => !journal.profiles.includes(name))
    await this.#note({ ...journal, profiles: [...journal.profiles, ...since], phase: 'verified' })
  }

  async #switch(journal: Journal, stored: readonly (string | undefined)[]): Promise<void> {
    const { say, store } = this.#ports
    const key = newKeyOf(journal)
    if (key === undefined) return this.#abandon(journal)
    say('storing the new key in place of the old one')
    for (const [index, profile] of journal.profiles.entries()) {
      if (stored[index] === journal.oldKeyId) await store(profile, key)
    }
    await this.#note({ ...withoutSecret(journal), phase: 'switched' })
  }

  async #dropSessions(journal: Journal): Promise<void> {
    this.#sessionsDropped += await this.#ports.dropSessions(journal.profiles)
    await this.#note({ ...withoutSecret(journal), phase: 'sessions-dropped' })
  }

  async #deactivate(journal: Journal): Promise<void> {
    const { iam, say } = this.#ports
    if (this.#othersWithOld(journal).length > 0) return this.#note({ ...journal, phase: 'deactivated' })
    say(`deactivating the old key ${journal.oldKeyId}`)
    try {
      await this.#eventually('ERR_IAM_KEYS_REFUSED', () => iam.deactivate(journal.oldKeyId))
    } catch (error) {
      // Who may only delete, deletes.
      if (!isVaultError(error, 'ERR_IAM_DENIED') || journal.afterwards !== 'delete') throw error
    }
    await this.#note({ ...journal, phase: 'deactivated' })
  }

  async #end(journal: Journal): Promise<Rotated> {
    const { iam, say, retire, now } = this.#ports
    const { oldKeyId, newKeyId = '', afterwards, graceSeconds, profiles } = journal
    const oldKeyHeldBy = this.#othersWithOld(journal)
    if (oldKeyHeldBy.length === 0 && afterwards === 'delete') {
      say(`deleting the old key ${oldKeyId}`)
      await this.#eventually('ERR_IAM_KEYS_REFUSED', () => iam.delete(oldKeyId))
    }
    if (oldKeyHeldBy.length === 0 && afterwards === 'grace') {
      await retire({ profiles, accessKeyId: oldKeyId, deleteAfter: now() + graceSeconds * 1000 })
    }
    await this.#forget()
    const done = { oldKeyId, newKeyId, afterwards, sessionsDropped: this.#sessionsDropped, resumed: this.#resumed }
    return oldKeyHeldBy.length === 0 ? done : { ...done, oldKeyHeldBy }
  }

  /** Profiles that somebody stored the old key for after all of the journal's had got the new one. */
  #othersWithOld({ oldKeyId, profiles }: Journal): string[] {
    return this.#ports.holders.of(oldKeyId).filter(name => !profiles.includes(name))
  }

  /** Somebody stored other keys meanwhile: those count, and what nobody has stored must not stay behind. */
  async #abandon(journal: Journal): Promise<void> {
    const { iam, warn, holders } = this.#ports
    const key = newKeyOf(journal)
    warn(`other keys were stored for profile "${journal.profiles[0]}" since a rotation was begun: it is given up`)
    if (key !== undefined && holders.of(key.accessKeyId).length === 0) {
      try {
        await iam.deleteSelf(key)
      } catch (error) {
        if (!isVaultError(error) || !NOTHING_MADE.has(error.code)) throw error
        warn(`the key ${key.accessKeyId}, which it had made, may still be there: ${error.message}`)
      }
    }
    await this.#forget()
    this.#resumed = false
  }

  /** IAM is eventually consistent: a key that was made a moment ago is unknown in some places for a while. */
  async #eventually<T>(code: string, call: () => Promise<T>): Promise<T> {
    for (const seconds of pauses) {
      try {
        return await call()
      } catch (error) {
        if (!isVaultError(error, code)) throw error
        await this.#ports.sleep(seconds * 1000)
      }
    }
    return call()
  }

  async #note(journal: Journal): Promise<void> {
    await this.#ports.writeJournal(journal)
    this.#journal = journal
  }

  async #forget(): Promise<void> {
    const journal = this.#journal
    if (journal !== undefined) await this.#ports.removeJournal(journal)
    this.#journal = undefined
  }
}

function withoutSecret({ newSecret: _, ...journal }: Journal): Journal {
  return journal
}

function unverified({ accessKeyId }: KeyPair): VaultError {
  return new VaultError('ERR_ROTATE_UNVERIFIED', `AWS does not accept the new key ${accessKeyId} yet`, {
    hint: 'nothing is lost, and the old key stays in use: run the same command again in a few minutes',
    facts: { accessKeyId },
  })
}

/** The same error, and that the call may have had its effect. */
function maybeMade({ code, message, hint, facts, cause }: VaultError, profile: string): VaultError {
  const undo = `AWS may have made a key all the same: aws-vault rotate ${profile} again finds it and goes on`
  return new VaultError(code, message, { hint: hint === undefined ? undo : `${hint}; ${undo}`, facts, cause })
}
