import { isVaultError, KINDS } from '@aws-vault/plugin-sdk'
import { broken, type Check, type Finding, ok, warning } from '../check.ts'

/** Plugins that are gone, too old or too new, malformed, or cannot be loaded; names that two of them contribute. */
export const plugins: Check = {
  name: 'plugins',
  async run(world) {
    const { contributions } = await world.settings()
    const malformed = contributions.problems.map(({ message, hint }) => broken(message, hint))
    const installed = contributions.parts.filter(part => !part.builtIn)
    const named = KINDS.flatMap(kind => contributions.names(kind).map(name => ({ kind, name })))
    const theirs = named.filter(({ kind, name }) => installed.some(part => part.kind === kind && part.name === name))
    const loaded = await Promise.all(
      theirs.map(async ({ kind, name }): Promise<Finding[]> => {
        try {
          if (contributions.part(kind, name).builtIn) return []
          await world.load(kind, name)
          return []
        } catch (error) {
          if (!isVaultError(error)) throw error
          const level = error.code === 'ERR_PART_AMBIGUOUS' ? warning : broken
          return [level(error.message, error.hint)]
        }
      }),
    )
    const findings = [...malformed, ...loaded.flat()]
    const packages = new Set(installed.map(part => part.packageName))
    return findings.length > 0
      ? findings
      : [ok(packages.size === 0 ? 'none are installed' : `${packages.size} installed, and nothing wrong with them`)]
  },
}
