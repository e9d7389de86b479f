import { isVaultError } from '@aws-vault/plugin-sdk'
import { nearestNames } from '../../aws-config/nearest-names.ts'
import { CORE_OPTIONS, declaredOptions } from '../../settings/settings.ts'
import { broken, type Check, type Finding, ok, shortPath, warning } from '../check.ts'

/** Our own settings: names that nobody knows, values that are not allowed. */
export const settings: Check = {
  name: 'settings',
  async run(world) {
    const { settings, contributions, path } = await world.settings()
    const names = [
      ...Object.values(CORE_OPTIONS).map(option => option.flag),
      ...declaredOptions(['keyrings', 'providers', 'exposures', 'prompts'], contributions.parts).keys(),
    ]
    const unknown = settings.unknownNames(contributions).map(name => {
      const [meant] = nearestNames(name, names, 1)
      const hint = meant === undefined ? 'remove it, or install the plugin that it is for' : `did you mean ${meant}?`
      return warning(`${shortPath(world, path)}: nobody knows the setting "${name}"`, hint)
    })
    const values = new Map<string, Finding>()
    const attempt = (read: () => unknown): void => {
      try {
        read()
      } catch (error) {
        if (!isVaultError(error)) throw error
        values.set(error.message, broken(error.message, error.hint))
      }
    }
    for (const name of Object.keys(CORE_OPTIONS)) attempt(() => settings.core(name as keyof typeof CORE_OPTIONS))
    for (const part of contributions.parts) attempt(() => settings.optionsOf(part))
    const findings = [...unknown, ...values.values()]
    if (findings.length > 0) return findings
    return [
      ok(world.facts(path) ? `${shortPath(world, path)} can be read` : 'there is no settings file; none is needed'),
    ]
  },
}
