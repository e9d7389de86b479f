import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located, type Origin } from './origin.ts'
import { type ConfigFile, type ConfigProblem, type ConfigSection, sectionKey, sectionTitle } from './read-config.ts'

/** A profile with what it inherits. */
export interface Profile {
  readonly name: string
  /** Its own section; `undefined` when the config file has none (its keys may be stored all the same). */
  readonly section: ConfigSection | undefined
  /** Where settings are looked for, in this order: its own section, those it includes, `[default]`. */
  readonly levels: readonly ConfigSection[]
  /**
   * The value of `key` (lower case) and its line, or `undefined`. Never empty.
   * @throws VaultError as resolveProfile, when it has to know what `[default]` goes through and that is broken
   */
  get(key: string): Located<string> | undefined
}

/** One step on the way round a loop: a profile, and the setting in it that names the next one. */
export interface LoopStep {
  readonly profile: string
  readonly origin: Origin
}

/** The profiles of a config file, in file order. `default` is one of them when it has a section. */
export function profileNames(config: ConfigFile): string[] {
  const names = new Set<string>()
  for (const section of config.sections.values()) {
    if (section.kind === 'profile' || section.kind === 'default') names.add(section.name)
  }
  return [...names]
}

/** The section of a profile. As to AWS's loader, `[profile default]` counts before `[default]`, unless it is empty. */
export function profileSection(config: ConfigFile, name: string): ConfigSection | undefined {
  const section = config.sections.get(sectionKey('profile', name))
  if (name !== 'default' || (section !== undefined && section.values.size > 0)) return section
  return config.sections.get('default') ?? section
}

/** The `[sso-session NAME]` or `[services NAME]` section. */
export function findSection(
  config: ConfigFile,
  kind: 'sso-session' | 'services',
  name: string,
): ConfigSection | undefined {
  return config.sections.get(sectionKey(kind, name))
}

/**
 * One key of one section, without inheritance. The key as given (lower case) counts; where it is missing, one that is
 * written in another case does, as for the AWS CLI.
 */
export function getSetting(config: ConfigFile, section: ConfigSection, key: string): Located<string> | undefined {
  let found = section.values.get(key)
  if (found === undefined) {
    for (const [name, value] of section.values) {
      if (name.length === key.length && name.toLowerCase() === key) found = value
    }
  }
  if (found === undefined) return undefined
  return {
    value: found.value,
    origin: { kind: 'file', file: config.file, line: found.line, section: sectionTitle(section) },
  }
}

/**
 * A profile as `name` sees it: its own keys, then those of the profile that `include_profile` names, and so on, then
 * `[default]`'s (only the last profile of the chain falls back to it).
 *
 * One exception keeps `[default]` from being its own source: a profile that `[default]` goes through by
 * `source_profile` inherits neither `role_arn` nor `source_profile` from it. Otherwise it would assume the role of
 * `[default]` before `[default]` does so again, or never come to an end.
 *
 * A name without a section is no error: it has what `[default]` gives.
 * @throws VaultError `ERR_CONFIG_SYNTAX` when a line of these sections, or a section header anywhere, is malformed
 * @throws VaultError `ERR_CONFIG_LOOP` when `include_profile` comes back to a profile
 * @throws VaultError `ERR_CONFIG_INCLUDE` when it names a profile without a section
 */
export function resolveProfile(config: ConfigFile, name: string): Profile {
  const levels = inheritance(config, name)
  const spoilt = config.broken[0] ?? levels.find(level => level.problems.length > 0)?.problems[0]
  if (spoilt !== undefined) throw syntaxError(config, spoilt)
  let isSourceOfDefault: boolean | undefined

  return {
    name,
    section: profileSection(config, name),
    levels,
    get(key) {
      for (const section of levels) {
        const setting = getSetting(config, section, key)
        if (setting === undefined) continue
        if ((key === 'role_arn' || key === 'source_profile') && isDefault(section) && name !== 'default') {
          isSourceOfDefault ??= sourcesOfDefault(config).has(name)
          if (isSourceOfDefault) continue
        }
        return setting
      }
      return undefined
    },
  }
}

/** A problem with its place: `/home/a/.aws/config:12: a line without ...`. */
export function describeProblem(config: ConfigFile, problem: ConfigProblem): string {
  return `${config.file}:${problem.line}: ${problem.message}`
}

/** The error for profiles that name each other in a circle, by `key`. The last step names the first one's profile. */
export function loopError(key: 'include_profile' | 'source_profile', steps: readonly LoopStep[]): VaultError {
  const names = [...steps, ...steps.slice(0, 1)].map(({ profile }) => profile)
  const places = steps.map(({ origin }) => describeOrigin(origin))
  return new VaultError('ERR_CONFIG_LOOP', `${key} goes in a circle: ${names.join(' -> ')} (${places.join(', ')})`, {
    facts: { key, profiles: names, places },
    hint: `remove one of these ${key} lines`,
  })
}

function syntaxError(config: ConfigFile, problem: ConfigProblem): VaultError {
  return new VaultError('ERR_CONFIG_SYNTAX', describeProblem(config, problem), {
    facts: { file: config.file, line: problem.line },
    hint: `mend line ${problem.line} of ${config.file}`,
  })
}

function inheritance(config: ConfigFile, name: string): ConfigSection[] {
  const levels = included(config, name)
  const fallback = profileSection(config, 'default')
  if (fallback !== undefined && !levels.includes(fallback)) {
    // What [default] includes may be what brought us here: that is inherited already, and no loop of the user's making.
    for (const section of included(config, 'default')) {
      if (levels.includes(section)) break
      levels.push(section)
    }
  }
  return levels
}

/** The section of `name` and those it includes, one after the other. */
function included(config: ConfigFile, name: string): ConfigSection[] {
  const levels: ConfigSection[] = []
  const steps: LoopStep[] = []
  let section = profileSection(config, name)
  while (section !== undefined) {
    levels.push(section)
    const include = getSetting(config, section, 'include_profile')
    if (include === undefined) break
    steps.push({ profile: section.name, origin: include.origin })
    section = profileSection(config, include.value)
    if (section === undefined) {
      throw new VaultError(
        'ERR_CONFIG_INCLUDE',
        `include_profile names a profile that does not exist, "${include.value}", at ${describeOrigin(include.origin)}`,
        {
          facts: { profile: include.value, origin: include.origin },
          hint: 'see which profiles there are: aws-vault list --profiles',
        },
      )
    }
    const again = levels.indexOf(section)
    if (again !== -1) throw loopError('include_profile', steps.slice(again))
  }
  return levels
}

/** The profiles that `[default]` takes its credentials from, as far as their own sections and includes say. */
function sourcesOfDefault(config: ConfigFile): Set<string> {
  const seen = new Set<string>()
  for (let name = 'default'; ; ) {
    const source = included(config, name)
      .map(section => getSetting(config, section, 'source_profile'))
      .find(it => it !== undefined)
    if (source === undefined || seen.has(source.value)) return seen
    seen.add(source.value)
    name = source.value
  }
}

function isDefault(section: ConfigSection): boolean {
  return section.name === 'default' && (section.kind === 'default' || section.kind === 'profile')
}
