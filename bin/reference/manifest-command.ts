/** What the reference needs of a command, as manifests of oclif have it. */
export interface ManifestFlag {
  readonly name: string
  readonly char?: string
  readonly summary?: string
  readonly description?: string
  readonly helpGroup?: string
  readonly helpValue?: string
  readonly type: 'option' | 'boolean'
  readonly allowNo?: boolean
  readonly multiple?: boolean
  readonly hidden?: boolean
  readonly required?: boolean
  readonly options?: readonly string[]
  readonly default?: unknown
}

export interface ManifestArgument {
  readonly name: string
  readonly description?: string
  readonly required?: boolean
  readonly options?: readonly string[]
}

export interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly description?: string
  readonly usage?: string
  readonly aliases: readonly string[]
  readonly args: Readonly<Record<string, ManifestArgument>>
  readonly flags: Readonly<Record<string, ManifestFlag>>
  readonly examples?: readonly string[]
  readonly hidden?: boolean
  readonly strict?: boolean
  readonly pluginName: string
}

/** Whether a command is ours, and not one that a plugin of oclif brings. */
export const isOurs = ({ pluginName }: ManifestCommand): boolean => pluginName === 'aws-vault'
