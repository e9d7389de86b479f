import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { replaceFile } from '../aws-config/replace-file.ts'
import {
  type AuditEntry,
  type AuditHead,
  EMPTY,
  headAfter,
  nextLine,
  restOfPending,
  type Verdict,
  verify,
} from './chain.ts'

/** Where a log lies, and what is kept of it elsewhere. */
export interface AuditPlace {
  readonly log: string
  readonly head: string
}

/** @param data our data directory: the head lies there, apart from the log */
export function auditPlace(log: string, data: string): AuditPlace {
  const name = createHash('sha256').update(log).digest('hex').slice(0, 32)
  return { log, head: join(data, 'audit', `${name}.json`) }
}

/**
 * Appends an entry; when it returns, the entry is on the disk. Whoever was killed while they did is finished for first.
 * To be called under a lock.
 * @throws VaultError ERR_AUDIT_WRITE when it cannot be written, ERR_AUDIT_TAMPERED when the log is not as it was left
 */
export function appendEntry(place: AuditPlace, entry: AuditEntry): void {
  try {
    const head = finish(place, readHead(place))
    const line = nextLine(head, entry)
    const begun = { ...head, pending: line }
    writeHead(place, begun)
    try {
      writeHead(place, finish(place, begun))
    } catch (error) {
      takeBack(place, head)
      throw error
    }
  } catch (cause) {
    if (isVaultError(cause)) throw cause
    throw new VaultError(
      'ERR_AUDIT_WRITE',
      `the audit log ${place.log} cannot be written: ${(cause as Error).message}`,
      {
        hint: 'make it a file that you may write to, or take the setting audit-log away',
        facts: { log: place.log },
        cause,
      },
    )
  }
}

/** What a log holds, as it was written, and whether it still is. @throws VaultError ERR_AUDIT_READ */
export function readLog(place: AuditPlace): { readonly text: string; readonly verdict: Verdict } {
  try {
    const bytes = readIfThere(place.log)
    return { text: bytes.toString('utf8'), verdict: verify(bytes, readHead(place)) }
  } catch (cause) {
    if (isVaultError(cause)) throw cause
    throw new VaultError('ERR_AUDIT_READ', `the audit log ${place.log} cannot be read: ${(cause as Error).message}`, {
      facts: { log: place.log },
      cause,
    })
  }
}

/** Writes what is missing of the line that was being written. */
function finish(place: AuditPlace, head: AuditHead): AuditHead {
  const { O_RDWR, O_APPEND, O_CREAT } = constants
  mkdirSync(dirname(place.log), { recursive: true, mode: 0o700 })
  const file = openSync(place.log, O_RDWR | O_APPEND | O_CREAT, 0o600)
  try {
    const { size } = fstatSync(file)
    const { pending } = head
    const tail = Buffer.alloc(Math.max(0, Math.min(size - head.size, Buffer.byteLength(pending ?? '') + 1)))
    readSync(file, tail, 0, tail.length, head.size)
    const rest = restOfPending(pending ?? '', tail)
    if (size < head.size || rest === undefined) throw tampered(place)
    if (pending === undefined) return head
    for (let written = 0; written < rest.length; ) written += writeSync(file, rest, written)
    fsyncSync(file)
    if (head.count === 0) syncDirectory(dirname(place.log))
    return headAfter(head, pending)
  } finally {
    closeSync(file)
  }
}

/** Nothing is handed out for an entry that could not be written: it is no use of credentials, and shall not become one. */
function takeBack(place: AuditPlace, before: AuditHead): void {
  try {
    truncateSync(place.log, before.size)
    writeHead(place, before)
  } catch {
    // The next one finishes the entry, as if its writer had been killed: better one too many than a log that is broken.
  }
}

function readHead(place: AuditPlace): AuditHead {
  const bytes = readIfThere(place.head)
  if (bytes.length === 0) return EMPTY
  try {
    const { count, size, hash, pending } = JSON.parse(bytes.toString('utf8'))
    if (Number.isInteger(count) && Number.isInteger(size) && typeof hash === 'string') {
      return { count, size, hash, ...(typeof pending === 'string' ? { pending } : {}) }
    }
  } catch {
    // As if it were something else.
  }
  throw tampered(place)
}

const writeHead = ({ head }: AuditPlace, value: AuditHead): void =>
  replaceFile(head, Buffer.from(JSON.stringify(value)), undefined)

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

function syncDirectory(path: string): void {
  // Windows has no such thing.
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

function tampered({ log, head }: AuditPlace): VaultError {
  return new VaultError('ERR_AUDIT_TAMPERED', `the audit log ${log} is not as it was left`, {
    hint: `aws-vault audit --verify says where; keep ${log} and ${head} as evidence, elsewhere, and a new log is begun`,
    facts: { log, head },
  })
}
