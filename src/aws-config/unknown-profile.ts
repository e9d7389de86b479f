import { VaultError } from '@aws-vault/plugin-sdk'
import { nearestNames } from './nearest-names.ts'
import { type ConfigFile, type ConfigSection, parseConfig } from './read-config.ts'

/**
 * The error for a profile name that nobody knows.
 * @param names the names that would have been known: the config file's profiles, and those of stored credentials
 */
export function unknownProfileError(name: string, names: Iterable<string>, config: ConfigFile): VaultError {
  const nearest = nearestNames(name, names)
  const unread = unreadSection(config, name)
  const hint =
    unread !== undefined
      ? `AWS programs take line ${unread.line} of it for no profile; make it [profile ${name}]`
      : nearest.length > 0
        ? `did you mean ${nearest.map(it => `"${it}"`).join(' or ')}? All profiles: aws-vault list --profiles`
        : 'see which profiles there are: aws-vault list --profiles'
  return new VaultError('ERR_PROFILE_UNKNOWN', `there is no profile "${name}" in ${config.file}`, {
    facts: { profile: name, file: config.file, nearest },
    hint,
  })
}

/** Whether a header `[profile NAME]` is read back as that name. */
export function writableProfileName(name: string): boolean {
  if (name === '__proto__' || /[\p{Cc}[\]]/u.test(name)) return false
  const [section, ...others] = parseConfig(`[profile ${name}]`, '').sections.values()
  return others.length === 0 && section?.kind === 'profile' && section.name === name
}

/** A section that looks as if it was meant to be the profile, but whose header AWS programs do not take for one. */
function unreadSection(config: ConfigFile, name: string): ConfigSection | undefined {
  for (const section of config.sections.values()) {
    if (section.kind !== 'other') continue
    const rest = section.name.trim().replace(/^profile\s+/i, '')
    if (rest === name || rest.replace(/^(["'])(.*)\1$/, '$2').trim() === name) return section
  }
  return undefined
}
