import { isVaultError, type Kind, VaultError } from '@aws-vault/plugin-sdk'
import type { Origin } from '../aws-config/origin.ts'
import { builtInParts } from './built-in.generated.ts'
import { type Choices, choosePart } from './choose-part.ts'
import type { InstalledParts } from './installed-parts.ts'
import { describePart, type Part, type PluginProblem } from './part.ts'

/** What stands behind the name of a secret's variable that is for the target of `migrate` alone. */
export const TARGET_SUFFIX = '_TO'

/** The method that tells a part of each kind from something else that a module may export. */
const methodOf: Record<Kind, string> = { keyrings: 'open', providers: 'resolve', exposures: 'expose', prompts: 'ask' }

/** All parts there are, built-in and installed, and the rule that says which one is in force for a name. */
export class Contributions {
  readonly parts: readonly Part[]
  readonly problems: readonly PluginProblem[]
  readonly #choices: Choices

  constructor(installed: InstalledParts, choices: Choices, builtIn: readonly Part[] = builtInParts) {
    this.parts = [...builtIn, ...installed.parts]
    this.problems = installed.problems
    this.#choices = choices
  }

  /** The part in force for a name. @throws VaultError when there is none, or it is not clear which one. */
  part(kind: Kind, name: string, askedBy?: Origin): Part {
    return choosePart(kind, name, { parts: this.parts, problems: this.problems, choices: this.#choices, askedBy })
  }

  /** The names of a kind, each once: built-in ones first. */
  names(kind: Kind): string[] {
    return [...new Set(this.parts.filter(part => part.kind === kind).map(part => part.name))]
  }

  /** Every profile key that a provider claims, and the provider's name. */
  claims(): ReadonlyMap<string, string> {
    const claims = new Map<string, string>()
    for (const name of this.names('providers')) {
      for (const { declaration } of this.parts.filter(part => part.kind === 'providers' && part.name === name)) {
        for (const key of declaration.claims ?? []) if (!claims.has(key)) claims.set(key, name)
      }
    }
    return claims
  }

  /**
   * Every environment variable that holds a secret of some part, in force or not: that of `migrate`'s target (`..._TO`)
   * too.
   */
  secretVariables(): string[] {
    return this.parts.flatMap(part =>
      Object.values(part.declaration.options ?? {}).flatMap(option =>
        option.secret && option.env ? [option.env, option.env + TARGET_SUFFIX] : [],
      ),
    )
  }
}

/**
 * Imports a part.
 * @throws VaultError ERR_PART_BROKEN, naming the package and what to do, when its module cannot be imported or its
 * default export is not a part of that kind
 */
export async function loadPart<T>(part: Part): Promise<T> {
  const what = `${describePart(part.kind, part.name)} of ${part.packageName} ${part.packageVersion}`
  const hint = part.builtIn
    ? 'this installation is damaged: install aws-vault again'
    : `update the plugin, or go back: aws-vault plugins uninstall ${part.packageName}`
  let module: { readonly default?: unknown }
  try {
    module = await part.load()
  } catch (cause) {
    if (isVaultError(cause)) throw cause
    throw new VaultError('ERR_PART_BROKEN', `${what} cannot be loaded: ${firstLine(cause)}`, { hint, cause })
  }
  const method = methodOf[part.kind]
  const loaded = module.default as Record<string, unknown> | undefined
  if (typeof loaded?.[method] !== 'function') {
    throw new VaultError('ERR_PART_BROKEN', `${what} has no default export with a method ${method}()`, { hint })
  }
  return loaded as T
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0] ?? ''
