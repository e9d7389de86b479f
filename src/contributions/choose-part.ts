import { type Kind, VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Origin } from '../aws-config/origin.ts'
import { describePart, type Part, type PluginProblem } from './part.ts'

/** The word with which a user goes back to the part that came with us. */
export const BUILT_IN = 'built-in'

/** Which package's part the user chose for a name: `choices.keyrings.file` is `@acme/plugin-x`. */
export type Choices = Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>>

/** What there is to choose from. */
export interface Candidates {
  readonly parts: readonly Part[]
  readonly problems: readonly PluginProblem[]
  readonly choices: Choices
  /** Where the user named the part, for the error if there is none of that name. */
  readonly askedBy?: Origin | undefined
}

/**
 * The part that is in force for a name. The built-in one stays until the user chooses another one, whatever is
 * installed: a keystore is never swapped silently, not even by a package that bears the built-in one's name.
 * @throws VaultError ERR_PART_UNKNOWN, ERR_PART_BROKEN, ERR_PART_AMBIGUOUS or ERR_PART_CHOICE
 */
export function choosePart(kind: Kind, name: string, { parts, choices, problems, askedBy }: Candidates): Part {
  const candidates = parts.filter(part => part.kind === kind && part.name === name)
  const choice = choices[kind]?.[name]
  if (choice !== undefined) return chosen(kind, name, candidates, choice, problems)

  const builtIn = candidates.find(part => part.builtIn)
  if (builtIn) return builtIn
  const [only, another] = candidates
  if (only && another) throw ambiguous(kind, name, candidates)
  if (only) return only

  const broken = problems.find(problem => problem.part?.kind === kind && problem.part.name === name)
  if (broken) throw new VaultError('ERR_PART_BROKEN', broken.message, { hint: broken.hint })
  throw unknown(kind, name, parts, problems, askedBy)
}

function chosen(
  kind: Kind,
  name: string,
  candidates: readonly Part[],
  choice: string,
  problems: readonly PluginProblem[],
): Part {
  const part = candidates.find(candidate =>
    choice === BUILT_IN ? candidate.builtIn : !candidate.builtIn && candidate.packageName === choice,
  )
  if (part) return part
  const singular = kind.slice(0, -1)
  const problem = problems.find(({ packageName }) => packageName === choice)
  throw new VaultError(
    'ERR_PART_CHOICE',
    problem?.message ??
      `${describePart(kind, name)} shall come from ${choice}, which is not installed or contributes none`,
    { hint: `${problem ? `${problem.hint}; or g` : 'g'}o back: aws-vault plugins use ${singular} ${name}=${BUILT_IN}` },
  )
}

function ambiguous(kind: Kind, name: string, candidates: readonly Part[]): VaultError {
  const packages = candidates.map(part => part.packageName)
  return new VaultError('ERR_PART_AMBIGUOUS', `${describePart(kind, name)} comes from ${packages.join(' and ')}`, {
    hint: `choose one: aws-vault plugins use ${kind.slice(0, -1)} ${name}=${packages[0]}`,
    facts: { packages },
  })
}

function unknown(
  kind: Kind,
  name: string,
  parts: readonly Part[],
  problems: readonly PluginProblem[],
  askedBy: Origin | undefined,
): VaultError {
  const names = [...new Set(parts.filter(part => part.kind === kind).map(part => part.name))].sort()
  const suspects = problems.map(problem => problem.message)
  const where = askedBy === undefined ? '' : ` (${describeOrigin(askedBy)})`
  return new VaultError('ERR_PART_UNKNOWN', `there is no ${describePart(kind, name)}${where}`, {
    hint: [`there are: ${names.join(', ')}`, ...suspects].join('; '),
    facts: { kind, name, names },
  })
}
