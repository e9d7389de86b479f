import { processFate } from '@aws-vault/plugin-sdk/process'
import { configPath } from '../aws-config/config-path.ts'
import { getSetting, profileNames, profileSection } from '../aws-config/profile.ts'
import { type ConfigFile, readConfigFile } from '../aws-config/read-config.ts'
import { REGIONS } from '../aws-config/regions.ts'
import { consolePages } from '../console/service-pages.ts'
import { builtInParts } from '../contributions/built-in.generated.ts'
import type { InstalledParts } from '../contributions/installed-parts.ts'
import type { Part } from '../contributions/part.ts'
import { readStates, type ServerState } from '../server/state-file.ts'
import { sessionTypes } from '../vault/session-key.ts'
import type { Values } from './complete.ts'
import { describeProfile } from './describe-profile.ts'
import { fileKeyringDirectory, type StoredNames, storedNames } from './stored-names.ts'

/** What the values of a command line are taken from. */
export interface ValueWorld {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly homeDirectory: string
  readonly platform: NodeJS.Platform
  /** Where servers leave their states. */
  readonly runDirectories: readonly string[]
  readonly installed: () => InstalledParts
  readonly installedPlugins: () => readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * The values for a command line: from files that can be read without a question, each when it is asked for. No keyring is
 * opened, no program started, and nobody called.
 */
export function ownValues(words: readonly string[], world: ValueWorld): Values {
  let config: ConfigFile | undefined
  const read = (): ConfigFile => {
    config ??= readConfigFile(configPath(world.environment.AWS_CONFIG_FILE, world.homeDirectory))
    return config
  }
  const setting = (profile: string, key: string): string | undefined => {
    const section = profileSection(read(), profile)
    return section && getSetting(read(), section, key)?.value
  }
  const sections = (kind: string): string[] =>
    [...read().sections.values()].filter(section => section.kind === kind).map(({ name }) => name)
  const parts = (kind: string): Part[] =>
    [...builtInParts, ...world.installed().parts].filter(
      part => part.kind === kind && (part.declaration.platforms?.includes(world.platform) ?? true),
    )
  const servers = (): ServerState[] =>
    readStates(world.runDirectories)
      .map(({ state }) => state)
      .filter(state => processFate(state) !== 'dead')

  return {
    profiles() {
      const directory = fileKeyringDirectory(world.environment, words, world.homeDirectory)
      const stored = directory === undefined ? undefined : storedNames(directory, world.now)
      const inConfig = profileNames(read())
      const names = new Set([...inConfig, ...(stored?.keys() ?? [])])
      return [...names].map(value => ({
        value,
        describe: () => [describeProfile(read(), value), noteOf(stored?.get(value))].filter(Boolean).join('; '),
      }))
    },
    ssoSessions: () => sections('sso-session').map(value => ({ value, describe: () => 'SSO session' })),
    ssoProfiles: () =>
      profileNames(read())
        .filter(name => setting(name, 'sso_session') ?? setting(name, 'sso_start_url'))
        .map(value => ({ value, describe: () => describeProfile(read(), value) })),
    regions() {
      const inUse = new Set(profileNames(read()).flatMap(name => setting(name, 'region') ?? []))
      const describe = (): string => 'in your config'
      return [
        ...[...inUse].map(value => ({ value, describe })),
        ...[...REGIONS].filter(region => !inUse.has(region)).map(value => ({ value })),
      ]
    },
    parts: kind => parts(kind).map(({ name, declaration }) => ({ value: name, describe: () => declaration.summary })),
    choices: kind =>
      [...builtInParts, ...world.installed().parts]
        .filter(part => part.kind === kind)
        .map(({ name, packageName, builtIn, declaration }) => ({
          value: `${name}=${builtIn ? 'built-in' : packageName}`,
          describe: () => declaration.summary,
        })),
    plugins: () => world.installedPlugins().map(value => ({ value })),
    servers: () => servers().map(state => ({ value: String(state.pid), describe: () => served(state) })),
    servedProfiles: () =>
      servers().flatMap(state =>
        state.profiles.map(({ name }) => ({ value: name, describe: () => `by ${state.kind}` })),
      ),
    sessionTypes: () => sessionTypes().map(value => ({ value })),
    consolePages: () => consolePages().map(value => ({ value })),
  }
}

const served = ({ kind, profiles }: ServerState): string => `${kind}: ${profiles.map(({ name }) => name).join(', ')}`

const noteOf = (stored: StoredNames | undefined): string =>
  [...(stored?.hasKeys ? ['stored keys'] : []), ...new Set(stored?.sessions)].join(', ')
