import { join } from 'node:path'
import { configPath } from '../../aws-config/config-path.ts'
import { broken, type Check, type Finding, ok, shortPath, type World, warning } from '../check.ts'
import { credentialsPath } from '../plaintext/find-plaintext.ts'
import { firstFew } from '../run-checks.ts'

const WRITE = 0o022
const READ = 0o044

/** Files that others may read or write and should not. What others may write is code to us: a config names programs to run. */
export const fileModes: Check = {
  name: 'file modes',
  async run(world) {
    if (world.platform === 'win32') return [ok('Windows keeps them otherwise')]
    const { path: settings } = await world.settings()
    const { homeDirectory: home, environment, directories } = world
    const vault = join(home, '.awsvault', 'keys')
    const findings = [
      ...looked(world, join(home, '.aws'), WRITE),
      ...looked(world, configPath(environment.AWS_CONFIG_FILE, home), WRITE),
      ...looked(world, credentialsPath(world), WRITE | READ),
      ...looked(world, join(home, '.awsvault'), WRITE),
      ...looked(world, vault, WRITE | READ),
      ...world.names(vault).flatMap(name => looked(world, join(vault, name), WRITE | READ)),
      ...looked(world, directories.config, WRITE),
      ...looked(world, settings, WRITE),
      ...looked(world, directories.data, WRITE),
      ...looked(world, directories.cache, WRITE),
    ]
    return findings.length === 0
      ? [ok('nobody else may read or write what is yours')]
      : firstFew(findings, 'such files')
  },
}

function looked(world: World, path: string, mask: number): Finding[] {
  const facts = world.facts(path)
  if (facts === undefined) return []
  const shown = shortPath(world, path)
  const octal = (facts.mode & 0o777).toString(8).padStart(4, '0')
  if (world.userId !== undefined && facts.uid !== world.userId && facts.uid !== 0) {
    return [
      broken(`${shown} belongs to another user (${facts.uid})`, `make it yours: sudo chown ${world.userId} '${path}'`),
    ]
  }
  const loose = facts.mode & mask
  if (loose === 0) return []
  const hint = `chmod go-${(loose & READ) === 0 ? 'w' : 'rwx'} '${path}'`
  return (loose & WRITE) !== 0
    ? [broken(`other users may write to ${shown} (mode ${octal})`, hint)]
    : [warning(`other users may read ${shown} (mode ${octal})`, hint)]
}
