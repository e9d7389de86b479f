/** The major version of this package's interfaces, as declared by plugins in `awsVault.api`. */
export const API_VERSION = 1

/** The kinds of parts, as they stand under `awsVault.contributes`. */
export const KINDS = ['keyrings', 'providers', 'exposures', 'prompts'] as const

/** A kind of parts. */
export type Kind = (typeof KINDS)[number]

/** One option of a part. It becomes a flag, an environment variable and a line in the settings file. */
export interface OptionDeclaration {
  readonly summary: string
  /** The type of its value; `string` if absent. */
  readonly type?: 'string' | 'integer' | 'boolean' | 'path'
  /** The flag (without dashes), which is also its name in the settings file. A secret has none. */
  readonly flag?: string
  /** The environment variable. */
  readonly env?: string
  readonly default?: string | number | boolean
  /** Smallest and largest allowed value of an integer. */
  readonly min?: number
  readonly max?: number
  /** A secret comes from the environment only, is blacked out in all output, and never reaches a child process. */
  readonly secret?: boolean
}

/** One part that a package contributes. */
export interface PartDeclaration {
  readonly summary: string
  /** The module whose default export is the part, relative to the package's folder. */
  readonly module: string
  /** Where it works; everywhere if absent. */
  readonly platforms?: readonly NodeJS.Platform[]
  readonly options?: Readonly<Record<string, OptionDeclaration>>
  /** Keyrings only: never the default, however well it works; for stores that forget what they are given. */
  readonly onlyByName?: boolean
  /** Providers only: a profile that has one of these keys gets its credentials from this provider. */
  readonly claims?: readonly string[]
}

/** The `awsVault` member of a plugin's package.json. */
export interface PluginDeclaration {
  readonly api: number
  readonly contributes: Readonly<Partial<Record<Kind, Readonly<Record<string, PartDeclaration>>>>>
}
