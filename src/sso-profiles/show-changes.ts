import { styleText } from 'node:util'
import { printable } from '@aws-vault/plugin-sdk'
import type { Change, Changes, DiffLine } from './plan-changes.ts'

/** Gives a line of the difference its colour. */
export type Paint = (sign: DiffLine[0], line: string) => string

/** The changes as a person reads them, in the file's order of things: what goes, what is new. Pure but for `paint`. */
export function formatChanges(changes: readonly Change[], paint: Paint): string {
  return changes
    .map(({ diff }) => diff.map(([sign, text]) => paint(sign, `${sign} ${printable(text)}`.trimEnd())).join('\n'))
    .join('\n\n')
}

/** What is left as it is, a line each. */
export function formatKept({ kept, stale }: Pick<Changes, 'kept' | 'stale'>): string {
  const lines = kept.map(
    ({ profile, reason }) => `Profile "${printable(profile)}" stays as it is: ${printable(reason)}.`,
  )
  const names = stale.map(printable).join(', ')
  return [...lines, ...(stale.length > 0 ? [`No longer needed, and removed by --prune: ${names}.`] : [])].join('\n')
}

/** How many profiles change in which way, e.g. `add 2 profiles, remove 1`. */
export function countChanges(changes: readonly Change[]): string {
  const counts = (['remove', 'change', 'add'] as const).flatMap(kind => {
    const count = changes.filter(change => change.kind === kind).length
    return count === 0 ? [] : [[kind, count] as const]
  })
  return counts
    .map(([kind, count], index) => `${kind} ${count}${index > 0 ? '' : count === 1 ? ' profile' : ' profiles'}`)
    .join(', ')
}

/** Green and red on a terminal that shows them, unless the user wants none (`NO_COLOR`); nothing elsewhere. */
export function paintOn(stream: NodeJS.WriteStream): Paint {
  if (stream.isTTY !== true) return (_, line) => line
  return (sign, line) => (sign === ' ' ? line : styleText(sign === '+' ? 'green' : 'red', line, { stream }))
}
