import { nearestNames } from '../../aws-config/nearest-names.ts'
import { sectionTitle } from '../../aws-config/read-config.ts'
import { type Check, type Finding, ok, shortPath, warning } from '../check.ts'
import { KNOWN_KEYS } from '../known-keys.ts'
import { firstFew } from '../run-checks.ts'

/** Keys in the AWS config that nobody knows, and that are near one that AWS programs or we read. */
export const configKeys: Check = {
  name: 'config keys',
  async run(world) {
    const config = world.config()
    const { contributions } = await world.settings()
    const known = new Set([...KNOWN_KEYS, ...contributions.claims().keys()])
    const nearest = new Map<string, string | undefined>()
    const nearestOf = (key: string): string | undefined => {
      if (!nearest.has(key)) nearest.set(key, nearestNames(key, known, 1)[0])
      return nearest.get(key)
    }
    const findings: Finding[] = []
    for (const section of config.sections.values()) {
      if (section.kind === 'other' || section.kind === 'services') continue
      for (const [name, { line }] of section.values) {
        const key = name.toLowerCase()
        if (key.includes('.') || known.has(key)) continue
        const meant = nearestOf(key)
        if (meant === undefined) continue
        findings.push(
          warning(
            `${shortPath(world, config.file)}:${line}: nobody knows the key "${name}" of [${sectionTitle(section)}]`,
            `did you mean ${meant}?`,
          ),
        )
      }
    }
    return findings.length === 0 ? [ok('no key looks misspelt')] : firstFew(findings, 'such keys')
  },
}
