import type { NamedFinding } from './run-checks.ts'

/** Findings in lines, and the sum of them. Pure. */
export function describeFindings(findings: readonly NamedFinding[]): string[] {
  const lines = findings.flatMap(({ level, check, message, hint }) => [
    `${level.padEnd(7)}  ${check}: ${message}`,
    ...(hint === undefined ? [] : [`         mend: ${hint}`]),
  ])
  const count = (wanted: string): number => findings.filter(({ level }) => level === wanted).length
  const [broken, warnings] = [count('broken'), count('warning')]
  const sum =
    broken + warnings === 0
      ? 'Nothing is wrong.'
      : `${broken} broken, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}.`
  return [...lines, '', sum]
}
