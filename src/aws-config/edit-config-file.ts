import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { followLinks, readIfThere, replaceFile } from './replace-file.ts'

/** Runs a task while no other process of this user runs one under the same name, as `PartContext.withLock`. */
export type WithLock = <T>(name: string, task: () => Promise<T>) => Promise<T>

/**
 * Puts what `edit` makes of the config file in its place, while no other aws-vault edits it. The file is replaced at once
 * (written beside it, fsynced, renamed), keeps its mode and owner, and is followed when it is a symbolic link; a new one
 * is 0600, in directories of 0700. Editors know nothing of our lock: what one writes
 * at the same instant may be lost, as between two editors.
 * @param edit is given what stands in the file, nothing if there is none; `undefined` leaves it as it is
 * @returns whether it was written
 * @throws VaultError `ERR_CONFIG_WRITE`, with `words`, when it cannot be read or written; it is as it was. What `edit`
 *   throws is passed on when it is a VaultError
 */
export async function editConfigFile(
  file: string,
  withLock: WithLock,
  edit: (old: Buffer) => Uint8Array | undefined,
  words: { readonly hint: string; readonly facts?: Readonly<Record<string, unknown>> },
): Promise<boolean> {
  return withLock('aws-config', async () => {
    try {
      const target = followLinks(resolve(file))
      const old = readIfThere(target)
      const bytes = edit(old?.bytes ?? Buffer.alloc(0))
      if (bytes === undefined) return false
      replaceFile(target, bytes, old?.stats)
      return true
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (isVaultError(error) || typeof code !== 'string') throw error
      throw new VaultError('ERR_CONFIG_WRITE', `the AWS config file ${file} cannot be written (${code})`, {
        cause: error,
        facts: { file, ...words.facts },
        hint: words.hint,
      })
    }
  })
}

/** The error for a file that is no longer what somebody agreed to change. */
export function configChanged(file: string): VaultError {
  return new VaultError('ERR_CONFIG_CHANGED', `${file} was changed while you were asked, and nothing was written`, {
    hint: 'run it again to see what is to be done now',
    facts: { file },
  })
}

/**
 * What stands in the config file, byte for byte; nothing if there is none.
 * @throws VaultError `ERR_CONFIG_READ`
 */
export function readConfigBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return Buffer.alloc(0)
    throw new VaultError('ERR_CONFIG_READ', `the AWS config file ${file} cannot be read (${code})`, {
      cause: error,
      facts: { file },
      hint: `see who may read it: ls -l ${file}`,
    })
  }
}
