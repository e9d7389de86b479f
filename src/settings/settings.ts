import { KINDS, type Kind, type OptionDeclaration, type OptionValue, VaultError } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import type { Contributions } from '../contributions/contributions.ts'
import type { Part } from '../contributions/part.ts'
import { type OptionSources, optionValue } from './option-value.ts'

/** The settings that are ours and not a part's. */
export const CORE_OPTIONS = {
  backend: { summary: 'keyring that holds the keys', flag: 'backend', env: 'AWS_VAULT_BACKEND' },
  prompt: {
    summary: 'how to ask for MFA codes and passphrases; the terminal, or else a window, if not set',
    flag: 'prompt',
    env: 'AWS_VAULT_PROMPT',
  },
  duration: { summary: 'how long credentials shall live', flag: 'duration', env: 'AWS_VAULT_DURATION' },
  browser: { summary: 'program that opens web pages', flag: 'browser', env: 'AWS_VAULT_BROWSER' },
  auditLog: { summary: 'file of the audit log, or true', flag: 'audit-log', env: 'AWS_VAULT_AUDIT_LOG' },
  updateHost: { summary: 'mirror that updates are fetched from', flag: 'update-host', env: 'AWS_VAULT_UPDATE_HOST' },
  updatePatience: {
    summary: 'seconds without a byte after which an update gives up',
    flag: 'update-patience',
    env: 'AWS_VAULT_UPDATE_PATIENCE',
    type: 'integer',
    min: 1,
    max: 3600,
    default: 30,
  },
  exposure: { summary: 'how the program gets its credentials', flag: 'expose', default: 'env' },
} as const satisfies Record<string, OptionDeclaration>

/** The options of one kind of parts by name of their flag, as the commands that open such a part offer them. */
export function declaredOptions(kinds: readonly Kind[], parts: readonly Part[]): Map<string, OptionDeclaration> {
  const options = new Map<string, OptionDeclaration>()
  for (const part of parts.filter(part => kinds.includes(part.kind))) {
    for (const option of Object.values(part.declaration.options ?? {})) {
      if (option.flag !== undefined && !options.has(option.flag)) options.set(option.flag, option)
    }
  }
  return options
}

/** All settings, resolved once: flags, then environment, then the user's settings file, then defaults. */
export class Settings {
  readonly #sources: OptionSources

  constructor(sources: OptionSources) {
    this.#sources = sources
  }

  /** One of our own settings. @throws VaultError ERR_SETTINGS_VALUE */
  core(name: keyof typeof CORE_OPTIONS): Located<string> | undefined {
    return optionValue(CORE_OPTIONS[name], this.#sources) as Located<string> | undefined
  }

  /** The values of a part's options, by their declared names. @throws VaultError ERR_SETTINGS_VALUE */
  optionsOf(part: Part): Record<string, OptionValue> {
    const declared = Object.entries(part.declaration.options ?? {})
    return Object.fromEntries(declared.map(([name, option]) => [name, optionValue(option, this.#sources)?.value]))
  }

  /**
   * The settings as one part among several sees them.
   * @param flags options of the part by the names of their flags, instead of those of the command line
   * @param secretSuffix `NAME` + suffix, where it is set, goes before the variable `NAME` of a secret
   * @throws VaultError ERR_USAGE for an option that the part does not have
   */
  forPart(part: Part, flags: Readonly<Record<string, string>>, secretSuffix = ''): Settings {
    const options = Object.values(part.declaration.options ?? {})
    const names = options.flatMap(option => option.flag ?? [])
    for (const name of Object.keys(flags)) if (!names.includes(name)) throw noSuchOption(part, name, names)
    const { environment } = this.#sources
    const own = options.flatMap(({ secret, env }) => {
      const value = secret && env !== undefined ? environment[env + secretSuffix] : undefined
      return env === undefined || value === undefined ? [] : [[env, value] as const]
    })
    return new Settings({
      ...this.#sources,
      flags: { ...this.#sources.flags, ...flags },
      environment: { ...environment, ...Object.fromEntries(own) },
    })
  }

  /** What the settings file says, by the name of a flag. */
  inFile(flag: string): string | undefined {
    return this.#sources.file.values[flag]
  }

  /** Names in the settings file that nobody knows: typos, or options of a plugin that is gone. */
  unknownNames(contributions: Contributions): string[] {
    const known = new Set<string>(Object.values(CORE_OPTIONS).map(option => option.flag))
    for (const flag of declaredOptions(KINDS, contributions.parts).keys()) known.add(flag)
    return Object.keys(this.#sources.file.values).filter(name => !known.has(name))
  }
}

function noSuchOption(part: Part, name: string, names: readonly string[]): VaultError {
  return new VaultError('ERR_USAGE', `the keyring "${part.name}" has no option "${name}"`, {
    hint: names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`,
    facts: { option: name, names, exitCode: 2 },
  })
}
