import { join } from 'node:path'
import { type OptionDeclaration, type OptionValue, VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Located, type Origin } from '../aws-config/origin.ts'

/** Where the values of options may come from, strongest first. */
export interface OptionSources {
  readonly flags: Readonly<Record<string, unknown>>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly file: SettingsFileValues
  readonly homeDirectory: string
}

/** What stands in the settings file: names as the flags are called. */
export interface SettingsFileValues {
  readonly path: string
  readonly values: Readonly<Record<string, string>>
}

/**
 * The value of one option: flag, then environment, then settings file, then default.
 * An environment variable that is set but empty counts for secrets only, since an empty passphrase is one.
 * @throws VaultError ERR_SETTINGS_VALUE naming where the value stands and what is allowed there
 */
export function optionValue(declaration: OptionDeclaration, sources: OptionSources): Located<OptionValue> | undefined {
  const raw = rawValue(declaration, sources)
  if (raw === undefined) return undefined
  return { value: typed(raw, declaration, sources.homeDirectory), origin: raw.origin }
}

function rawValue(
  { flag, env, secret, default: fallback }: OptionDeclaration,
  { flags, environment, file }: OptionSources,
): Located<unknown> | undefined {
  if (flag !== undefined && flags[flag] !== undefined) return { value: flags[flag], origin: { kind: 'flag', flag } }
  const variable = env === undefined ? undefined : environment[env]
  if (env !== undefined && variable !== undefined && (secret || variable !== '')) {
    return { value: variable, origin: { kind: 'environment', variable: env } }
  }
  if (flag !== undefined && file.values[flag] !== undefined) {
    return { value: file.values[flag], origin: { kind: 'settings', file: file.path, name: flag } }
  }
  return fallback === undefined ? undefined : { value: fallback, origin: { kind: 'default' } }
}

function typed({ value, origin }: Located<unknown>, declaration: OptionDeclaration, home: string): OptionValue {
  switch (declaration.type ?? 'string') {
    case 'integer': {
      const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = declaration
      const number = /^-?\d+$/.test(String(value)) ? Number(value) : Number.NaN
      if (number >= min && number <= max) return number
      throw invalid(declaration, origin, `must be a whole number from ${min} to ${max}`)
    }
    case 'boolean': {
      if (typeof value === 'boolean') return value
      if (/^(1|true|yes|on)$/i.test(String(value))) return true
      if (/^(0|false|no|off)$/i.test(String(value))) return false
      throw invalid(declaration, origin, 'must be true or false')
    }
    case 'path':
      return expandHome(String(value), home)
    default:
      return String(value)
  }
}

function invalid(declaration: OptionDeclaration, origin: Origin, what: string): VaultError {
  const name = declaration.flag ?? declaration.env ?? 'an option'
  return new VaultError('ERR_SETTINGS_VALUE', `${name} ${what} (${describeOrigin(origin)})`, {
    facts: { name, origin },
  })
}

/** `~` and `~/x` as shells expand them. */
export function expandHome(path: string, homeDirectory: string): string {
  return path === '~' || path.startsWith('~/') ? join(homeDirectory, path.slice(1)) : path
}
