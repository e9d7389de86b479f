import { join } from 'node:path'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { type Check, type Finding, ok, shortPath, type World, warning } from '../check.ts'

/** Milliseconds after which whoever wrote a file under a temporary name is taken for dead. */
const abandoned = 10 * 60_000

/**
 * What killed runs left behind, and whether locks work. Locks themselves are never left over: they end with their holder,
 * and their empty files stay on purpose.
 */
export const leftovers: Check = {
  name: 'leftovers',
  async run(world) {
    const files = [
      ...temporary(world, join(world.homeDirectory, '.aws'), /^\.(?:config|credentials)\.[0-9a-f]{16}$/),
      ...temporary(world, world.directories.config, /^settings\.ini\.[0-9a-f]{12}\.tmp$/),
      ...temporary(world, join(world.homeDirectory, '.awsvault', 'keys'), /^\.awsvault-%tmp-[0-9a-f]{16}$/),
    ]
    const findings: Finding[] = files.map(file =>
      warning(`a run that was killed has left ${shortPath(world, file)}`, `rm '${file}'`),
    )
    try {
      await world.lock()
    } catch (error) {
      if (!isVaultError(error)) throw error
      const message = `${error.message}: commands that run at once may ask for two MFA codes, and migrate is not safe`
      findings.push(warning(message, error.hint))
    }
    return findings.length === 0 ? [ok('none, and locks work')] : findings
  },
}

function temporary(world: World, directory: string, pattern: RegExp): string[] {
  return world
    .names(directory)
    .filter(name => pattern.test(name))
    .map(name => join(directory, name))
    .filter(file => world.now - (world.facts(file)?.modified ?? world.now) > abandoned)
}
