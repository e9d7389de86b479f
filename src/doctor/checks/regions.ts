import { nearestNames } from '../../aws-config/nearest-names.ts'
import { getSetting } from '../../aws-config/profile.ts'
import { sectionTitle } from '../../aws-config/read-config.ts'
import { REGIONS } from '../../aws-config/regions.ts'
import { type Check, type Finding, ok, shortPath, warning } from '../check.ts'
import { firstFew } from '../run-checks.ts'

/** Regions in the config and in the environment that AWS does not have, as far as this version knows. */
export const regions: Check = {
  name: 'regions',
  run(world) {
    const config = world.config()
    const findings: Finding[] = []
    const look = (region: string | undefined, place: string): void => {
      if (!region || REGIONS.has(region)) return
      const nearest = nearestNames(region, REGIONS, 2)
      // A long value may be a secret on the wrong line.
      const shown = /^[a-z0-9-]{1,24}$/i.test(region) ? ` "${region}"` : ''
      findings.push(
        warning(
          `${place}: the region${shown} is none that this version knows`,
          nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : undefined,
        ),
      )
    }
    for (const section of config.sections.values()) {
      if (section.kind === 'other' || section.kind === 'services') continue
      for (const key of ['region', 'sso_region']) {
        const setting = getSetting(config, section, key)
        if (setting?.origin.kind !== 'file') continue
        look(setting.value, `${shortPath(world, config.file)}:${setting.origin.line} [${sectionTitle(section)}]`)
      }
    }
    for (const variable of ['AWS_REGION', 'AWS_DEFAULT_REGION']) look(world.environment[variable], variable)
    return findings.length === 0 ? [ok('all regions are known')] : firstFew(findings, 'such regions')
  },
}
