import type { Kind, PartDeclaration } from '@aws-vault/plugin-sdk'

/** A replaceable part as its package declares it; its module is imported by `load` only. */
export interface Part {
  readonly kind: Kind
  /** Its name within its kind, e.g. `file`. */
  readonly name: string
  readonly packageName: string
  readonly packageVersion: string
  /** Whether it came with us; all others were installed or linked by the user. */
  readonly builtIn: boolean
  readonly declaration: PartDeclaration
  /** Imports the module that the declaration names. */
  load(): Promise<{ readonly default?: unknown }>
}

/** What is wrong with a plugin, or with one of its parts. It hurts only those who ask for that part. */
export interface PluginProblem {
  readonly packageName: string
  /** The part that is out of use; all of the package's if absent. */
  readonly part?: { readonly kind: Kind; readonly name: string }
  readonly message: string
  readonly hint: string
}

/** `keyring "file"`, as messages call a part. */
export function describePart(kind: Kind, name: string): string {
  return `${kind.slice(0, -1)} "${name}"`
}
