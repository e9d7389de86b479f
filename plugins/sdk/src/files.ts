/**
 * For keyrings that keep an item in a file of its own: file names, writing all or nothing, and errors that users understand.
 * @module
 */
export { syncDirectory, writeAtomically } from './files/atomic-write.ts'
export type { FileNaming } from './files/file-name.ts'
export { fileNameOf, keyOf } from './files/file-name.ts'
export type { StoragePlace } from './files/storage-error.ts'
export { storageError, systemCode } from './files/storage-error.ts'
export { isTemporary, sweepTemporaryFiles } from './files/temporary-file.ts'
