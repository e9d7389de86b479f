import type { DatabaseSync } from 'node:sqlite'
import { VaultError } from '@aws-vault/plugin-sdk'

export interface LockOptions {
  /** Ends the wait, not the task. */
  readonly signal?: AbortSignal
  /** Called once, when the lock has been waited for for about a second. */
  readonly onWait?: () => void
}

/** Milliseconds between two attempts, at least and at most: waiters do not march in step. */
const pause = { least: 15, most: 35 }
const patienceMilliseconds = 1000

/** SQLite's result codes for a lock that another connection holds. */
const busyCodes: readonly unknown[] = [5, 6]

/**
 * Runs `task` while nobody else who uses the same directory runs one under the same name: no other process, and no other
 * task of this one. The operating system takes the lock away from a process that ends, however it ends, so that nobody
 * waits for the dead and no lock is ever stale.
 *
 * What is locked is an SQLite database, an empty file, because Node itself has no file locks; nothing is ever written to
 * it. There is one for every name that was ever used. They are left behind on purpose: a lock file that is removed while
 * others wait for it lets two of them in.
 *
 * @param directory made when it is missing, for this user alone; has to be on a file system that knows locks
 * @throws VaultError ERR_LOCK_UNAVAILABLE before the task begins, when nothing can be locked there
 * @throws the reason of the signal, when it is aborted before the task begins
 */
export async function withFileLock<T>(
  directory: string,
  name: string,
  task: () => Promise<T>,
  { signal, onWait }: LockOptions = {},
): Promise<T> {
  const database = await acquire(directory, name, signal, onWait)
  try {
    return await task()
  } finally {
    database.close()
  }
}

async function acquire(
  directory: string,
  name: string,
  signal: AbortSignal | undefined,
  onWait: (() => void) | undefined,
): Promise<DatabaseSync> {
  signal?.throwIfAborted()
  const database = await open(directory, name)
  try {
    const begun = performance.now()
    let isPatient = true
    while (!lock(database, directory)) {
      if (isPatient && performance.now() - begun >= patienceMilliseconds) {
        isPatient = false
        onWait?.()
      }
      await sleep(signal)
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

async function open(directory: string, name: string): Promise<DatabaseSync> {
  const [{ hash }, { accessSync, closeSync, constants, existsSync, mkdirSync, openSync }, { join }] = await Promise.all(
    [import('node:crypto'), import('node:fs'), import('node:path')],
  )
  const file = join(directory, `${hash('sha256', name).slice(0, 32)}.lock`)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    // Only to make it ours alone. One that exists is never opened but by SQLite: closing it would end all locks that this
    // process has on it (fcntl(2)).
    if (!existsSync(file)) {
      closeSync(openSync(file, 'a', 0o600))
    }
    const database = new (loadDatabase())(file)
    try {
      // SQLite takes what it may only read for locked when it is not.
      accessSync(file, constants.W_OK)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw unavailable(directory, error)
  }
}

/** Tries once. */
function lock(database: DatabaseSync, directory: string): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    const code = (error as { errcode?: number }).errcode ?? 0
    if (busyCodes.includes(code & 0xff)) {
      return false
    }
    throw unavailable(directory, error)
  }
}

async function sleep(signal: AbortSignal | undefined): Promise<void> {
  const { setTimeout } = await import('node:timers/promises')
  const milliseconds = pause.least + Math.random() * (pause.most - pause.least)
  try {
    await setTimeout(milliseconds, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/**
 * Loads Node's SQLite. While some versions of Node load it they warn that it is experimental, which is nothing that a
 * user could act on. Nobody else can warn meanwhile: this is one synchronous call.
 */
function loadDatabase(): typeof DatabaseSync {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:sqlite').DatabaseSync
  } finally {
    process.emitWarning = emitWarning
  }
}

function unavailable(directory: string, cause: unknown): VaultError {
  return new VaultError('ERR_LOCK_UNAVAILABLE', `nothing can be locked in ${directory}: ${(cause as Error).message}`, {
    hint: `make ${directory} a directory that you may write to`,
    facts: { directory },
    cause,
  })
}
