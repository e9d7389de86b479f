import type { Answer } from './complete.ts'
import { described } from './plain-words.ts'

/**
 * Words as PowerShell hands them over: base64 of UTF-8, parted by NUL. Windows PowerShell breaks empty words and quotes
 * on their way to a program, and npm's batch file would expand others. Pure.
 */
export function readPowershellWords(encoded: string): readonly string[] {
  return Buffer.from(encoded, 'base64').toString('utf8').split('\0')
}

/** What to print for the script: each candidate as it is inserted, as it is listed, and its description, by tabs. Pure. */
export function printPowershell(answer: Answer, current: string): string {
  if (answer.kind === 'files') return 'files\n'
  if (answer.kind === 'program') return `program\n${answer.first}\n`
  const typed = current.toLowerCase()
  const matching = answer.candidates.filter(({ value }) => value.toLowerCase().startsWith(typed))
  return ['values', ...matching.map(each => `${quotedForPowershell(each.value)}\t${described(each)}`), ''].join('\n')
}

/** A word as PowerShell reads it literally. Its quotes are four: the typographic ones count as well. Pure. */
export function quotedForPowershell(value: string): string {
  if (/^[\p{L}\p{N}_./\\:=+-]+$/u.test(value) && !/^-?\d/.test(value)) return value
  return `'${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`
}
