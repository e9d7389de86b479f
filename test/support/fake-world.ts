import { dirname } from 'node:path'
import { parseConfig } from '../../src/aws-config/read-config.ts'
import { Contributions } from '../../src/contributions/contributions.ts'
import type { InstalledParts } from '../../src/contributions/installed-parts.ts'
import { plan } from '../../src/credentials/plan.ts'
import type { FileFacts, World } from '../../src/doctor/check.ts'
import { Settings } from '../../src/settings/settings.ts'

/** What a fake world is made from. */
export interface FakeWorldSpec {
  /** Files by path; a leading `~` is the home directory. */
  readonly files?: Readonly<Record<string, string>>
  /** Modes of files and directories that are not 0600 and 0700. */
  readonly modes?: Readonly<Record<string, number>>
  readonly environment?: Readonly<Record<string, string>>
  /** Of ~/.config/aws-vault/settings.ini. */
  readonly settings?: Readonly<Record<string, string>>
  readonly installed?: Partial<InstalledParts>
  readonly storedKeys?: readonly string[]
  readonly workingDirectory?: string
}

export const HOME = '/home/a'

/** A world in memory for checks, and the secrets that they had blacked out. */
export function fakeWorld(spec: FakeWorldSpec = {}, overrides: Partial<World> = {}): World & { hidden: Set<string> } {
  const full = (path: string): string => path.replace(/^~/, HOME)
  const files = new Map(Object.entries(spec.files ?? {}).map(([path, text]) => [full(path), text]))
  const modes = new Map(Object.entries(spec.modes ?? {}).map(([path, mode]) => [full(path), mode]))
  const directories = new Set([...files.keys()].flatMap(path => ancestors(path)))
  const environment = spec.environment ?? {}
  const path = `${HOME}/.config/aws-vault/settings.ini`
  const settings = new Settings({
    flags: {},
    environment,
    homeDirectory: HOME,
    file: { path, values: spec.settings ?? {} },
  })
  const installed = { parts: [], problems: [], haveHooks: false, ...spec.installed }
  const contributions = new Contributions(installed, {})
  const config = parseConfig(files.get(`${HOME}/.aws/config`) ?? '', `${HOME}/.aws/config`)
  const hidden = new Set<string>()
  const facts = (file: string): FileFacts | undefined => {
    const isDirectory = directories.has(file)
    if (!isDirectory && !files.has(file)) return undefined
    return { mode: modes.get(file) ?? (isDirectory ? 0o700 : 0o600), uid: 1000, isDirectory, modified: 0 }
  }
  return {
    ...{ environment, platform: 'linux', homeDirectory: HOME, facts, hidden },
    workingDirectory: full(spec.workingDirectory ?? '~'),
    directories: { config: dirname(path), data: `${HOME}/.local/share/aws-vault`, cache: `${HOME}/.cache/aws-vault` },
    userId: 1000,
    now: Date.UTC(2026, 0, 1),
    readText: file => files.get(file),
    names: directory =>
      [...files.keys()].filter(file => dirname(file) === directory).map(file => file.slice(directory.length + 1)),
    hide: secret => void (secret !== undefined && hidden.add(secret)),
    config: () => config,
    settings: async () => ({ settings, contributions, path }),
    plan: async () => (profile, assumed) => {
      const storedKeys = new Set([...(spec.storedKeys ?? []), ...(assumed === undefined ? [] : [assumed])])
      plan({ profile, config, storedKeys, wishes: { session: true }, claims: contributions.claims() })
    },
    keystore: async () => ({
      backend: { value: 'file', origin: { kind: 'default' } },
      ...{ openMs: 1, listMs: 2, getMs: 3, items: 4, isLocked: false },
    }),
    load: async () => {},
    lock: async () => {},
    clockDifference: async () => 0,
    ...overrides,
  }
}

function ancestors(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...ancestors(parent)]
}
