import { closeSync, type Dirent, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isTemporary, keyOf, type StoragePlace, storageError, systemCode } from '@aws-vault/plugin-sdk/files'
import { looksLikeJwe } from './jwe.ts'

/** A file that holds an item. */
export interface ItemFile {
  readonly key: string
  /** The file's, within its directory. */
  readonly name: string
}

/**
 * The items in `directory`, none if it is not there: one look at the directory, at no file but those whose names editors
 * and file managers give to their own.
 * @throws KeyringStorageError when the directory cannot be read
 */
export function itemFiles(directory: string, platform: NodeJS.Platform): ItemFile[] {
  return entries(directory).flatMap(entry => {
    const { name } = entry
    const key = keyOf(name, { keyring: 'file', platform })
    if (key === undefined || isTemporary(name) || !isFile(entry, directory)) return []
    return isSuspicious(name) && !startsLikeItem(join(directory, name)) ? [] : [{ key, name }]
  })
}

/** A vault's directory, for error messages. */
export function placeOf(directory: string): StoragePlace {
  return { keyring: 'file', directory, flag: '--file-dir' }
}

function entries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError('list the items', placeOf(directory), error)
  }
}

function isFile(entry: Dirent, directory: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile()
  return statSync(join(directory, entry.name), { throwIfNoEntry: false })?.isFile() ?? false
}

/** Whether something else than a keyring often makes files of such names: a profile may have one too, though. */
function isSuspicious(name: string): boolean {
  return /^\.|~$|^#.*#$|\.(?:bak|orig|part|rej|swp|tmp)$|^desktop\.ini$|^thumbs\.db$/i.test(name)
}

function startsLikeItem(path: string): boolean {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, 'r')
    const start = Buffer.alloc(64)
    return looksLikeJwe(start.toString('latin1', 0, readSync(descriptor, start)))
  } catch {
    return false
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
