import type { Answer, Candidate } from './complete.ts'

/**
 * What to print for a shell that splits, quotes and filters itself (zsh, and any that can be taught): what to offer in
 * the first line, then a candidate a line, with its description behind a tab. Behind `program`, how many words stand in
 * front of the program. Pure.
 */
export function printPlain(answer: Answer, current: string): string {
  if (answer.kind === 'files') return 'files\n'
  if (answer.kind === 'program') return `program\n${answer.first}\n`
  return ['values', ...describedAll(likely(answer.candidates, current)), ''].join('\n')
}

/** The widest that a value's column becomes in a list. */
const WIDEST = 40

/** As {@link printPlain}, but behind the tab with the whole line of a list, as zsh shows it. Pure. */
export function printZsh(answer: Answer, current: string): string {
  if (answer.kind !== 'values') return printPlain(answer, current)
  const lines = describedAll(likely(answer.candidates, current)).map(line => line.split('\t'))
  const width = lines.reduce((most, [value = '']) => Math.max(most, Math.min(value.length, WIDEST)), 0)
  const areDescribed = lines.some(([, description]) => description !== undefined)
  const shown = ([value = '', description]: readonly string[]): string => {
    if (!areDescribed) return value
    return `${value}\t${description === undefined ? value : `${value.padEnd(width)} -- ${description}`}`
  }
  return ['values', ...lines.map(shown), ''].join('\n')
}

/** More than anybody reads; describing thousands would take longer than all else. */
const MOST_DESCRIBED = 500

/** Candidates as {@link described}, as long as there are few enough to be read. Pure. */
export function describedAll(candidates: readonly Candidate[]): string[] {
  return candidates.length > MOST_DESCRIBED ? candidates.map(({ value }) => value) : candidates.map(described)
}

/** A candidate with its description, in one line. Pure. */
export function described({ value, describe }: Candidate): string {
  const description = describe?.().replace(/[\p{Cc}\s]+/gu, ' ') ?? ''
  return description === '' ? value : `${value}\t${description}`
}

/**
 * Candidates that begin with what is typed, in either case, or all when none does: the shell may know other ways to
 * match, and need not be told of thousands otherwise. Pure.
 */
export function likely(candidates: readonly Candidate[], current: string): readonly Candidate[] {
  const typed = current.toLowerCase()
  const matching = candidates.filter(({ value }) => value.toLowerCase().startsWith(typed))
  return matching.length === 0 ? candidates : matching
}
