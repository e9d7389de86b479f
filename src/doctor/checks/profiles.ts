import { isVaultError, type VaultError } from '@aws-vault/plugin-sdk'
import { getSetting, profileNames, profileSection } from '../../aws-config/profile.ts'
import type { ConfigFile } from '../../aws-config/read-config.ts'
import { broken, type Check, type Finding, ok, warning } from '../check.ts'
import { firstFew } from '../run-checks.ts'

/** Every profile is planned: loops, sources that are missing, values that are junk. */
export const profiles: Check = {
  name: 'profiles',
  async run(world) {
    const config = world.config()
    const names = profileNames(config)
    const plan = await world.plan()
    const failed = new Map<string, readonly Failure[]>()
    for (const name of names) {
      const failures = inherited(config, name, failed) ?? failuresOf(name, plan)
      if (failures.length > 0) failed.set(name, failures)
    }
    const failures = [...failed.values()].flat()
    const without = failures.filter(({ error }) => error.code === 'ERR_CREDENTIALS_MISSING')
    // Broken lines are another check's.
    const others = failures.filter(
      ({ error }) => !['ERR_CREDENTIALS_MISSING', 'ERR_CONFIG_SYNTAX'].includes(error.code),
    )
    if (names.length === 0) return [ok('there are none')]
    const planned = names.length - failed.size
    return [
      ...(planned > 0 ? [ok(`${planned} of ${names.length} profiles have a way to credentials`)] : []),
      ...withoutKeys(without),
      ...firstFew([...distinct(others).values()], 'such profiles'),
    ]
  },
}

interface Failure {
  readonly name: string
  readonly error: VaultError
}

/** A profile whose source cannot be planned cannot be planned either; nobody needs to look for its nearest names again. */
function inherited(
  config: ConfigFile,
  name: string,
  failed: ReadonlyMap<string, readonly Failure[]>,
): readonly Failure[] | undefined {
  const section = profileSection(config, name)
  const source = section && getSetting(config, section, 'source_profile')?.value
  const failures = source === undefined ? undefined : failed.get(source)
  const isHopeless = failures?.some(({ error }) => error.code !== 'ERR_CREDENTIALS_MISSING')
  return isHopeless ? failures?.map(({ error }) => ({ name, error })) : undefined
}

function failuresOf(name: string, plan: (profile: string, assumed?: string) => void): readonly Failure[] {
  const error = failureOf(() => plan(name))
  if (error === undefined) return []
  if (error.code !== 'ERR_CREDENTIALS_MISSING') return [{ name, error }]
  // With these keys, it may fail for another reason.
  const next = failureOf(() => plan(name, String(error.facts.profile)))
  return [{ name, error }, ...(next === undefined ? [] : [{ name, error: next }])]
}

function failureOf(plan: () => void): VaultError | undefined {
  try {
    plan()
    return undefined
  } catch (error) {
    if (isVaultError(error)) return error
    throw error
  }
}

/** A profile that only has settings is nothing to complain of; one that counts on the keys of another is. */
function withoutKeys(failures: readonly Failure[]): Finding[] {
  const byEnd = Map.groupBy(failures, ({ name, error }) => String(error.facts.profile ?? name))
  const waiting = [...byEnd].filter(([end, those]) => those.some(({ name }) => name !== end))
  const idle = [...byEnd.keys()].filter(end => !waiting.some(([other]) => other === end))
  return [
    ...firstFew(
      waiting.map(([end, those]) => {
        const others = those.map(({ name }) => name).filter(name => name !== end)
        return warning(
          `no keys are stored for profile "${end}", which ${some(others)} start from`,
          `aws-vault add ${end}`,
        )
      }),
      'such profiles',
    ),
    ...(idle.length > 0
      ? [ok(`no keys are stored for ${some(idle)}, and nothing else says where theirs come from`)]
      : []),
  ]
}

/** One finding for all profiles that fail for one reason: all members of a loop do. */
function distinct(failures: readonly Failure[]): Map<string, Finding> {
  const findings = new Map<string, Finding>()
  for (const { name, error } of failures) {
    const { profiles: loop } = error.facts
    const reason = Array.isArray(loop) ? `${error.code} ${[...new Set(loop)].sort().join('\n')}` : error.message
    // What we have no way to yet, or what only works elsewhere, is not broken.
    const level = error.code === 'ERR_PLAN_UNSUPPORTED' ? warning : broken
    if (!findings.has(reason)) findings.set(reason, level(`profile "${name}": ${error.message}`, error.hint))
  }
  return findings
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(name => `"${name}"`)
  const rest = names.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
