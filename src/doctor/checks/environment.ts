import { isVaultError } from '@aws-vault/plugin-sdk'
import { minimumSeconds, readWishes } from '../../credentials/wishes.ts'
import { CORE_OPTIONS, declaredOptions } from '../../settings/settings.ts'
import { broken, type Check, type Finding, ok, shortPath, type World, warning } from '../check.ts'

/** Variables that contradict the settings, lead other programs past us, or hold what should not lie there. */
export const environment: Check = {
  name: 'environment',
  async run(world) {
    const findings = [...credentials(world), ...(await contradictions(world)), ...(await secrets(world))]
    const { settings } = await world.settings()
    try {
      readWishes({}, world.environment, settings.core('duration'))
      minimumSeconds({}, world.environment)
    } catch (error) {
      if (!isVaultError(error)) throw error
      findings.push(broken(error.message, error.hint))
    }
    return findings.length === 0 ? [ok('no variable contradicts anything')] : findings
  },
}

function credentials({ environment, hide }: World): Finding[] {
  const { AWS_VAULT, AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment
  hide(AWS_SECRET_ACCESS_KEY)
  if (AWS_VAULT) {
    return [
      warning(
        `this runs inside aws-vault exec ${AWS_VAULT}: exec and export refuse to run here`,
        'leave that shell first: exit',
      ),
    ]
  }
  return [
    ...(AWS_ACCESS_KEY_ID
      ? [
          warning(
            'AWS_ACCESS_KEY_ID is set: programs that are not started by aws-vault use that key',
            'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN, and take the lines out that set them',
          ),
        ]
      : []),
    ...(AWS_PROFILE
      ? [
          warning(
            `AWS_PROFILE is set ("${AWS_PROFILE}"): aws-vault does not read it, and exec takes it out`,
            'name the profile: aws-vault exec PROFILE',
          ),
        ]
      : []),
  ]
}

/** The variable wins; who wrote the setting may not know. */
async function contradictions(world: World): Promise<Finding[]> {
  const { contributions, settings, path } = await world.settings()
  const parts = declaredOptions(['keyrings', 'providers', 'exposures', 'prompts'], contributions.parts)
  const options = [...Object.values(CORE_OPTIONS), ...parts.values()]
  return options.flatMap(({ flag, ...option }) => {
    const env = 'env' in option ? option.env : undefined
    const [variable, setting] = [env && world.environment[env], flag && settings.inFile(flag)]
    if (!variable || setting === undefined || setting === variable) return []
    const place = shortPath(world, path)
    return [
      warning(`${env} says "${variable}", and ${place} says ${flag} = ${setting}: the variable counts`, `unset ${env}`),
    ]
  })
}

async function secrets({ environment, settings }: World): Promise<Finding[]> {
  const { contributions } = await settings()
  return [...new Set(contributions.secretVariables())]
    .filter(name => environment[name])
    .map(name =>
      warning(`${name} is set: every program that you start can read it`, `unset ${name}; you are asked instead`),
    )
}
