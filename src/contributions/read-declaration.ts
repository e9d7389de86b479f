import { API_VERSION, KINDS, type Kind, type OptionDeclaration, type PartDeclaration } from '@aws-vault/plugin-sdk'
import type { PluginProblem } from './part.ts'

/** The members of a package.json that we read. */
export interface PackageJson {
  readonly name?: unknown
  readonly version?: unknown
  readonly awsVault?: unknown
}

/** What a package.json contributes. */
export interface Declared {
  readonly packageName: string
  readonly packageVersion: string
  readonly parts: readonly { kind: Kind; name: string; declaration: PartDeclaration }[]
  readonly problems: readonly PluginProblem[]
}

const partName = /^[a-z][a-z0-9-]*$/
const flagName = /^[a-z][a-z0-9-]+$/
// A secret's variable is taken out of the environment of every program that we run.
const variableName =
  /^(?!(?:PATH|HOME|USER|LOGNAME|SHELL|TERM|LANG|TZ|PWD|TMPDIR|DISPLAY)$)(?!(?:LC|LD|DYLD|XDG|NODE)_)(?!AWS_(?!VAULT_))[A-Z][A-Z0-9_]*$/
const optionTypes = new Set([undefined, 'string', 'integer', 'boolean', 'path'])

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads the `awsVault` member of a package.json. A bad entry puts only itself out of use; every problem says which
 * member of which package is wrong, and what a right one looks like.
 * @returns undefined for a package that contributes nothing to us, such as an oclif plugin with commands only
 */
export function readDeclaration(packageJson: PackageJson): Declared | undefined {
  const { awsVault } = packageJson
  if (awsVault === undefined) return undefined
  const packageName = typeof packageJson.name === 'string' ? packageJson.name : '(a package without a name)'
  const packageVersion = typeof packageJson.version === 'string' ? packageJson.version : '0.0.0'
  const problems: PluginProblem[] = []
  const parts: { kind: Kind; name: string; declaration: PartDeclaration }[] = []
  const declared = { packageName, packageVersion, parts, problems }

  if (!isObject(awsVault)) {
    problems.push(malformed(packageName, '"awsVault" must be an object such as {"api": 1, "contributes": {}}'))
    return declared
  }
  if (awsVault.api !== API_VERSION) {
    problems.push(wrongVersion(packageName, packageVersion, awsVault.api))
    return declared
  }
  if (!isObject(awsVault.contributes)) {
    problems.push(malformed(packageName, '"awsVault.contributes" must be an object such as {"keyrings": {}}'))
    return declared
  }
  for (const [kind, entries] of Object.entries(awsVault.contributes)) {
    if (!(KINDS as readonly string[]).includes(kind)) {
      problems.push(malformed(packageName, `"awsVault.contributes.${kind}" is none of ${KINDS.join(', ')}`))
      continue
    }
    if (!isObject(entries)) {
      problems.push(malformed(packageName, `"awsVault.contributes.${kind}" must be an object of parts by name`))
      continue
    }
    for (const [name, entry] of Object.entries(entries)) {
      const fault = faultOf(name, entry)
      if (fault === undefined) {
        parts.push({ kind: kind as Kind, name, declaration: entry as PartDeclaration })
      } else {
        const message = `"awsVault.contributes.${kind}.${name}" ${fault}`
        problems.push({ ...malformed(packageName, message), part: { kind: kind as Kind, name } })
      }
    }
  }
  return declared
}

function faultOf(name: string, entry: unknown): string | undefined {
  if (!partName.test(name)) return 'must have a name of lower-case letters, digits and dashes'
  if (!isObject(entry)) return 'must be an object with a "summary" and a "module"'
  if (typeof entry.summary !== 'string') return 'must have a "summary"'
  if (typeof entry.module !== 'string' || !entry.module.startsWith('./') || entry.module.split('/').includes('..')) {
    return 'must have a "module" within its package, such as "./dist/index.js"'
  }
  if (entry.platforms !== undefined && !isStrings(entry.platforms)) {
    return 'must list its "platforms" as Node names them, such as ["linux", "darwin"]'
  }
  if (entry.claims !== undefined && !isStrings(entry.claims)) return 'must list its "claims" as names of profile keys'
  if (entry.options === undefined) return undefined
  if (!isObject(entry.options)) return 'must have its "options" as an object of options by name'
  for (const [option, declaration] of Object.entries(entry.options)) {
    const fault = optionFault(name, declaration)
    if (fault !== undefined) return `has an option "${option}" that ${fault}`
  }
  return undefined
}

function optionFault(part: string, declaration: unknown): string | undefined {
  if (!isObject(declaration)) return 'must be an object'
  const option = declaration as Partial<Record<keyof OptionDeclaration, unknown>>
  if (typeof option.summary !== 'string') return 'must have a "summary"'
  if (!optionTypes.has(option.type as string | undefined)) return 'must be a string, integer, boolean or path'
  if (option.flag !== undefined && (typeof option.flag !== 'string' || !flagName.test(option.flag))) {
    return 'must have a "flag" of lower-case letters, digits and dashes, two at the least'
  }
  if (option.flag !== undefined && option.flag !== part && !option.flag.startsWith(`${part}-`)) {
    return `must have a "flag" that begins with the part's name, such as "${part}-file": others are ours`
  }
  if (option.env !== undefined && (typeof option.env !== 'string' || !variableName.test(option.env))) {
    return 'must have the name of a variable as its "env", and none that programs live by'
  }
  if (option.secret === true && option.flag !== undefined) {
    return 'is a secret, and so must not have a flag: others would read it in the process list'
  }
  return undefined
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(entry => typeof entry === 'string')

function malformed(packageName: string, message: string): PluginProblem {
  return {
    packageName,
    message: `plugin ${packageName}: ${message}`,
    hint: `tell its author, or remove it: aws-vault plugins uninstall ${packageName}`,
  }
}

function wrongVersion(packageName: string, packageVersion: string, api: unknown): PluginProblem {
  const built = typeof api === 'number' ? `is built for plugin API ${api}` : 'does not say its plugin API ("api": 1)'
  const newer = typeof api === 'number' && api > API_VERSION
  return {
    packageName,
    message: `plugin ${packageName} ${packageVersion} ${built}, this aws-vault speaks ${API_VERSION}`,
    hint: newer
      ? 'update aws-vault'
      : `update the plugin (aws-vault plugins update) or remove it: aws-vault plugins uninstall ${packageName}`,
  }
}
