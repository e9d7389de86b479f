import { readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'

// "%t" stands in no item's file name: a percent sign is followed by two hex digits there. So no key clashes with it.
const PREFIX = '.awsvault-%tmp-'

/** After this time, in milliseconds, the writer of a temporary file is taken for dead. Writing takes far less. */
const ABANDONED_AFTER = 10 * 60 * 1000

/** A new name for a file that is going to be renamed. */
export function temporaryName(): string {
  return PREFIX + Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')
}

/** Whether a file of this name is being written, or was when its writer was killed. */
export function isTemporary(name: string): boolean {
  return name.startsWith(PREFIX)
}

/**
 * Removes what killed writers left behind. Never fails: a file that cannot be removed is tried again next time.
 * @param isOurs which names such files have, where they do not come from {@link writeAtomically}
 * @returns the paths of those that are gone
 */
export function sweepTemporaryFiles(
  directory: string,
  now: number,
  isOurs: (name: string) => boolean = isTemporary,
): string[] {
  const swept: string[] = []
  try {
    for (const name of readdirSync(directory)) {
      if (!isOurs(name)) continue
      const path = join(directory, name)
      if (now - statSync(path).mtimeMs <= ABANDONED_AFTER) continue
      unlinkSync(path)
      swept.push(path)
    }
  } catch {
    // Another process has swept it, or it is not ours to remove.
  }
  return swept
}
