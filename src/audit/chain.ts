import { createHash } from 'node:crypto'

/** One use of credentials. */
export interface AuditEntry {
  /** ISO 8601, UTC. */
  readonly time: string
  readonly profile: string
  /** The steps by which the credentials came about. */
  readonly plan: readonly string[]
  /** The name of the program that got them, without its directory and arguments; `null` where they were printed. */
  readonly command: string | null
  /** The name of the process that started us; `null` where the system does not tell. */
  readonly parent: string | null
  /** The name under which CloudTrail shows the session; `null` where AWS shows the user's or the portal's. */
  readonly sessionName: string | null
  /** The last four characters of the access key id. */
  readonly keyId: string
}

/** What is kept elsewhere of a log, so that a cut at its end is seen. */
export interface AuditHead {
  readonly count: number
  /** Of the file, in bytes. */
  readonly size: number
  /** Of the last line; of an empty log {@link NOTHING}. */
  readonly hash: string
  /** The line that is being written: it may stand there in part, or whole, when its writer was killed. */
  readonly pending?: string
}

/** Stands for the line before the first. */
const NOTHING: string = '0'.repeat(64)

export const EMPTY: AuditHead = { count: 0, size: 0, hash: NOTHING }

/** The next line of a log, with its line end. Pure. */
export function nextLine({ count, hash }: AuditHead, entry: AuditEntry): string {
  return `${JSON.stringify({ number: count + 1, ...entry, previous: hash })}\n`
}

/** The head when that line stands at the end. */
export function headAfter({ count, size }: AuditHead, line: string): AuditHead {
  return { count: count + 1, size: size + Buffer.byteLength(line), hash: hashOf(Buffer.from(line)) }
}

/** What is left to write of the line that was being written; `undefined` when what stands there is not its beginning. */
export function restOfPending(pending: string, tail: Uint8Array): Uint8Array | undefined {
  const whole = Buffer.from(pending)
  return whole.subarray(0, tail.length).equals(tail) ? whole.subarray(tail.length) : undefined
}

/** Whether a log is as it was written. */
export type Verdict =
  | { readonly intact: true; readonly entries: number; readonly isUnfinished: boolean }
  | { readonly intact: false; readonly line: number; readonly problem: string }

/**
 * Checks every byte of a log: each line holds the SHA-256 of the bytes of the line before, and the head, which is kept
 * elsewhere, that of the last one and how many there are. Pure.
 */
export function verify(log: Uint8Array, head: AuditHead): Verdict {
  const bytes = Buffer.from(log)
  let hash = NOTHING
  let start = 0
  for (let number = 1; number <= head.count; number++) {
    const wrong = (problem: string): Verdict => ({ intact: false, line: number, problem })
    const end = bytes.indexOf(0x0a, start)
    if (end < 0) return wrong(`the log ends here: it had ${head.count} lines`)
    const line = bytes.subarray(start, end + 1)
    const members = membersOf(line)
    if (members === undefined) return wrong('it is not what was written')
    if (members.number !== number)
      return wrong(`it has the number ${members.number}: lines are missing, added or moved`)
    if (members.previous !== hash) return wrong('the line before it, or this one, was changed')
    hash = hashOf(line)
    start = end + 1
  }
  if (start !== head.size || hash !== head.hash) {
    return { intact: false, line: head.count, problem: 'the last line was changed' }
  }
  const tail = bytes.subarray(start)
  if (tail.length > 0 && (head.pending === undefined || restOfPending(head.pending, tail) === undefined)) {
    return { intact: false, line: head.count + 1, problem: 'it was added by something else' }
  }
  return { intact: true, entries: head.count, isUnfinished: head.pending !== undefined }
}

function membersOf(line: Buffer): { readonly number?: unknown; readonly previous?: unknown } | undefined {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const hashOf = (line: Uint8Array): string => createHash('sha256').update(line).digest('hex')
