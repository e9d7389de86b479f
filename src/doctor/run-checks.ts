import { isVaultError } from '@aws-vault/plugin-sdk'
import type { Check, Finding, World } from './check.ts'

/** A finding, and the check that it comes from. */
export interface NamedFinding extends Finding {
  readonly check: string
}

/** Runs all checks at once; the findings are in the order of the checks. One that fails spoils no other. */
export async function runChecks(checks: readonly Check[], world: World): Promise<NamedFinding[]> {
  const findings = await Promise.all(
    checks.map(async ({ name, run }) => (await findingsOf(run, world)).map(finding => ({ check: name, ...finding }))),
  )
  // What spoils the settings spoils every check that needs them, and is said once.
  const first = new Map(
    findings
      .flat()
      .toReversed()
      .map(finding => [finding.message, finding]),
  )
  return findings.flat().filter(finding => first.get(finding.message) === finding)
}

async function findingsOf(run: Check['run'], world: World): Promise<readonly Finding[]> {
  try {
    return await run(world)
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string }
    if (isVaultError(error)) return [{ level: 'broken', message, ...(hint === undefined ? {} : { hint }) }]
    return [{ level: 'broken', message: `the check itself failed: ${message}`, hint: 'report it, with --debug' }]
  }
}

/** Several findings of one kind, of which only the first few are shown. Pure. */
export function firstFew(findings: readonly Finding[], what: string, count = 10): readonly Finding[] {
  const rest = findings.slice(count)
  if (rest.length <= 1) return findings
  const level = rest.some(it => it.level === 'broken') ? 'broken' : 'warning'
  return [...findings.slice(0, count), { level, message: `and ${rest.length} more ${what}` }]
}
