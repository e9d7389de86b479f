import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { type AuditPlace, appendEntry, auditPlace, readLog } from './audit-log.ts'
import { type AuditEntry, type AuditHead, EMPTY, headAfter, nextLine, verify } from './chain.ts'

const entry = (profile: string): AuditEntry => ({
  time: '2026-03-01T09:12:44.000Z',
  profile,
  plan: ['stored-keys work', 'session-token work'],
  action: 'exec',
  command: 'terraform',
  parent: 'bash',
  sessionName: 'alice@laptop',
  keyId: 'MPLE',
})

/** A log of that many entries, and its head. */
function logOf(count: number): { log: Buffer; head: AuditHead } {
  let head = EMPTY
  let log = ''
  for (let index = 0; index < count; index++) {
    const line = nextLine(head, entry(`p${index}`))
    head = headAfter(head, line)
    log += line
  }
  return { log: Buffer.from(log), head }
}

describe('a verified log', () => {
  const { log, head } = logOf(4)
  const lines = log.toString().split(/(?<=\n)/)
  const isIntact = (bytes: Uint8Array | string) => verify(Buffer.from(bytes), head).intact

  test('is intact as it was written, also when it is empty', () => {
    assert.deepEqual(verify(log, head), { intact: true, entries: 4, isUnfinished: false })
    assert.ok(verify(Buffer.alloc(0), EMPTY).intact)
  })

  test('shows a change of any byte to any other', () => {
    for (let place = 0; place < log.length; place++) {
      const before = log[place] ?? 0
      const copy = Buffer.from(log)
      for (let byte = 0; byte < 256; byte++) {
        if (byte === before) continue
        copy[place] = byte
        assert.equal(verify(copy, head).intact, false, `byte ${place} as ${byte}`)
      }
    }
  })

  test('shows a byte that is missing or added, anywhere', () => {
    for (let place = 0; place <= log.length; place++) {
      const [before, after] = [log.subarray(0, place), log.subarray(place)]
      for (const byte of ['x', '\n', ' ', '"']) {
        assert.equal(isIntact(Buffer.concat([before, Buffer.from(byte), after])), false, `${byte} at ${place}`)
      }
      if (after.length > 0)
        assert.equal(isIntact(Buffer.concat([before, after.subarray(1)])), false, `without ${place}`)
    }
  })

  test('shows a cut at every place', () => {
    for (let size = 0; size < log.length; size++) assert.equal(isIntact(log.subarray(0, size)), false, `${size} bytes`)
  })

  test('shows lines that are missing, twice there, exchanged or made up', () => {
    for (let one = 0; one < lines.length; one++) {
      assert.equal(isIntact(lines.toSpliced(one, 1).join('')), false)
      assert.equal(isIntact(lines.toSpliced(one, 0, lines[one] ?? '').join('')), false)
      for (let other = 0; other < one; other++) {
        assert.equal(
          isIntact(
            lines
              .with(one, lines[other] ?? '')
              .with(other, lines[one] ?? '')
              .join(''),
          ),
          false,
        )
      }
    }
    assert.equal(isIntact(log + nextLine(head, entry('made-up'))), false)
  })

  test('shows another log that is whole in itself', () => {
    const other = logOf(5)
    assert.equal(verify(other.log, head).intact, false)
    assert.equal(verify(logOf(3).log, head).intact, false)
  })
})

describe('an audit log on the disk', () => {
  let directory = ''
  let place: AuditPlace
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-'))
    place = auditPlace(join(directory, 'logs', 'audit.jsonl'), join(directory, 'data'))
  })
  afterEach(() => rmSync(directory, { recursive: true }))
  const isTampered = (error: unknown) => isVaultError(error, 'ERR_AUDIT_TAMPERED')

  test('is for its owner alone', { skip: process.platform === 'win32' }, () => {
    appendEntry(place, entry('a'))
    for (const file of [place.log, place.head]) assert.equal(statSync(file).mode & 0o777, 0o600, file)
  })

  test('is finished for a writer that was killed, wherever it was', () => {
    appendEntry(place, entry('a'))
    const [log, head] = [readFileSync(place.log), JSON.parse(readFileSync(place.head, 'utf8')) as AuditHead]
    const line = nextLine(head, entry('b'))
    for (let written = 0; written <= Buffer.byteLength(line); written++) {
      writeFileSync(place.head, JSON.stringify({ ...head, pending: line }))
      writeFileSync(place.log, Buffer.concat([log, Buffer.from(line).subarray(0, written)]))
      assert.ok(readLog(place).verdict.intact, `${written} bytes`)
      appendEntry(place, entry('c'))
      assert.deepEqual(readLog(place).verdict, { intact: true, entries: 3, isUnfinished: false }, `${written} bytes`)
    }
  })

  test('does not go on after it was cut, added to, or lost', () => {
    const changes: (() => void)[] = [
      () => truncateSync(place.log, statSync(place.log).size - 1),
      () => truncateSync(place.log, 0),
      () => rmSync(place.log),
      () => appendFileSync(place.log, '{}\n'),
      () => rmSync(place.head),
      () => writeFileSync(place.head, 'x'),
    ]
    for (const change of changes) {
      rmSync(directory, { recursive: true })
      appendEntry(place, entry('a'))
      appendEntry(place, entry('b'))
      change()
      assert.throws(() => appendEntry(place, entry('c')), isTampered, String(change))
    }
  })

  test('survives writers that are killed in the middle', { skip: process.platform === 'win32' }, async () => {
    const module = JSON.stringify(new URL('./audit-log.ts', import.meta.url).href)
    const script = `import { appendEntry } from ${module}
      const [place, entry] = JSON.parse(process.argv[1])
      for (;;) { appendEntry(place, entry); process.stdout.write('.') }`
    const args = ['--conditions=@aws-vault/source', '--input-type=module', '--eval', script, '--']
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, [...args, JSON.stringify([place, entry('k')])], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      for (let appended = 0; appended < 3 + round; appended++) await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'exit')
      assert.ok(readLog(place).verdict.intact)
    }
    appendEntry(place, entry('last'))
    const { verdict } = readLog(place)
    assert.ok(verdict.intact && !verdict.isUnfinished)
  })
})
