import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncDirectory } from '@aws-vault/plugin-sdk/files'

/** Puts a file in the place of another one in the same directory, so that it survives a loss of power. */
export function putInPlace(temporary: string, file: string, root: string): void {
  sync(temporary)
  renameSync(temporary, file)
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    syncDirectory(directory)
    if (directory === root || directory === dirname(directory)) return
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
