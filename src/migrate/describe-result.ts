import type { Outcome } from './migrate-items.ts'
import type { MigrationResult } from './run-migration.ts'
import { describeKey } from './select-keys.ts'

/** A migration's result for `--json`. Keys stand as they are in the keyring. */
export interface MigrationReport {
  readonly source: string
  readonly target: string
  readonly dryRun: boolean
  /** Whether all that was asked for has been done. */
  readonly complete: boolean
  readonly copied: readonly string[]
  readonly alreadyThere: readonly string[]
  readonly different: readonly string[]
  readonly unreadable: readonly string[]
  /** What the target cannot hold, and why. */
  readonly unstorable: readonly { readonly key: string; readonly reason: string }[]
  readonly removedMeanwhile: readonly string[]
  readonly appearedMeanwhile: readonly string[]
  readonly expired: readonly string[]
  readonly deleted: readonly string[]
  readonly notDeleted: readonly string[]
  /** Members of items that the target does not keep. */
  readonly notKept: readonly string[]
}

/** Pure. */
export function reportOf(result: MigrationResult, dryRun: boolean): MigrationReport {
  const of = (wanted: Outcome): string[] =>
    [...result.outcomes].flatMap(([key, outcome]) => (outcome === wanted ? [key] : []))
  const [different, unreadable] = [of('different'), of('unreadable')]
  return {
    source: result.source,
    target: result.target,
    dryRun,
    complete: different.length + unreadable.length + result.unstorable.size + result.kept.length === 0,
    copied: of('copied'),
    alreadyThere: of('there'),
    different,
    unreadable,
    unstorable: [...result.unstorable].map(([key, reason]) => ({ key, reason })),
    removedMeanwhile: of('gone'),
    appearedMeanwhile: result.appeared,
    expired: result.expired,
    deleted: result.deleted,
    notDeleted: result.kept,
    notKept: [...new Set([...result.notKept.values()].flat())].sort(),
  }
}

/** The report in lines. Pure. */
export function describeReport(report: MigrationReport, deleteSource: boolean): string[] {
  const { source, target, dryRun } = report
  const lines = [
    `${dryRun ? 'Would copy' : 'Copied'} ${items(report.copied)} from ${source} to ${target}; ${count(report.alreadyThere)} there already.`,
  ]
  const list = (keys: readonly string[], title: string): void => {
    if (keys.length > 0) lines.push(title, ...keys.map(key => `  ${describeKey(key)}`))
  }
  if (dryRun) list(report.copied, 'These would be copied:')
  if (report.expired.length > 0) lines.push(`Left out ${sessions(report.expired)}.`)
  if (report.notKept.length > 0)
    lines.push(`The target does not keep all that other programs wrote: ${report.notKept.join(', ')}.`)
  list(report.removedMeanwhile, 'Removed by somebody else meanwhile:')
  list(report.appearedMeanwhile, 'Stored at the source meanwhile, and not copied; run this again:')
  list(report.different, 'Different at the target, and left as they are (--overwrite replaces them):')
  list(report.unreadable, 'Not copied, since they cannot be read:')
  if (report.unstorable.length > 0) {
    lines.push(
      'Not copied, since the target cannot hold them:',
      ...report.unstorable.map(({ reason }) => `  ${reason}`),
    )
  }
  if (report.deleted.length > 0) lines.push(`Deleted ${items(report.deleted)} from ${source}.`)
  list(report.notDeleted, 'Not deleted at the source, since the target does not have all of them; run this again:')
  const unfinished = report.different.length + report.unreadable.length + report.unstorable.length
  if (deleteSource && !dryRun && unfinished > 0) {
    lines.push('Nothing was deleted at the source.')
  }
  return lines
}

const items = (keys: readonly string[]): string => `${keys.length} ${keys.length === 1 ? 'item' : 'items'}`
const sessions = (keys: readonly string[]): string =>
  `${keys.length} ${keys.length === 1 ? 'expired session' : 'expired sessions'}`
const count = (keys: readonly string[]): string => `${keys.length} ${keys.length === 1 ? 'was' : 'were'}`
