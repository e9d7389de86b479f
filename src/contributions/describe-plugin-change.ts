import type { InstalledParts } from './installed-parts.ts'
import { describePart, type Part } from './part.ts'

const idOf = ({ kind, name, packageName }: Part): string => `${kind}/${name}/${packageName}`

/**
 * What a change of plugins has brought, a line each: parts that are new, or of another version. A name that is taken
 * stays with the part that had it, which is said, with the command that changes it. Pure.
 */
export function describePluginChange(
  before: InstalledParts,
  after: InstalledParts,
  builtIn: readonly Part[],
): string[] {
  const versions = new Map(before.parts.map(part => [idOf(part), part.packageVersion]))
  const fresh = after.parts.filter(part => versions.get(idOf(part)) !== part.packageVersion)
  return fresh.map(part => {
    const what = `${describePart(part.kind, part.name)} of ${part.packageName} ${part.packageVersion}`
    const old = versions.get(idOf(part))
    if (old !== undefined) return `${what}, which was ${old}`
    const rivals = [...builtIn, ...after.parts].filter(
      it => it !== part && it.kind === part.kind && it.name === part.name,
    )
    if (rivals.length === 0) return `${what} is there`
    const choice = `aws-vault plugins use ${part.kind.slice(0, -1)} ${part.name}=${part.packageName}`
    const isBuiltIn = rivals.some(rival => rival.builtIn)
    return `${what} is there; the name means ${isBuiltIn ? 'the built-in one' : 'none of them'} until you choose: ${choice}`
  })
}

/** The first problem that was not there before; one of the plugins that were there is not held against a change. Pure. */
export function newProblem(
  before: InstalledParts,
  after: InstalledParts,
): InstalledParts['problems'][number] | undefined {
  const known = new Set(before.problems.map(({ message }) => message))
  return after.problems.find(({ message }) => !known.has(message))
}
