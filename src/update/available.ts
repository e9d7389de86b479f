import { isVaultError } from '@aws-vault/plugin-sdk'
import { INSTALLED } from './installed-versions.ts'
import type { ReleaseServer } from './release-server.ts'
import { type UpdatePorts, versionIn } from './run-update.ts'
import { compareVersions } from './version-order.ts'

/** A version that can be had. */
export interface Available {
  readonly version: string
  /** The channels whose newest it is. */
  readonly channels: readonly string[]
  readonly here: 'in use' | 'in use before' | 'yes' | 'no'
}

/** The channels that there are as a rule; a server may have more. */
const CHANNELS = ['stable', 'beta']

/** What the server has, newest first, and what is on this machine. @throws VaultError ERR_UPDATE_* */
export async function availableVersions(
  server: Pick<ReleaseServer, 'versions' | 'channel'>,
  { versions, base }: Pick<UpdatePorts, 'versions' | 'base'>,
): Promise<Available[]> {
  const [known, local, newest] = await Promise.all([
    server.versions(),
    versions.names(),
    Promise.all(CHANNELS.map(name => newestOf(server, name))),
  ])
  const { current, previous } = versions.choice()
  const at = (name: string | undefined): string | undefined => name && versionIn(name === INSTALLED ? base : name)
  const here = (version: string): Available['here'] => {
    if (version === at(current)) return 'in use'
    if (version === at(previous)) return 'in use before'
    return [base, ...local].some(name => versionIn(name) === version) ? 'yes' : 'no'
  }
  const all = new Set([...known.keys(), ...[base, ...local].map(versionIn)])
  return [...all]
    .sort((a, b) => compareVersions(b, a))
    .map(version => ({
      version,
      channels: CHANNELS.filter((_, index) => newest[index] === version),
      here: here(version),
    }))
}

async function newestOf(server: Pick<ReleaseServer, 'channel'>, name: string): Promise<string | undefined> {
  try {
    return (await server.channel(name)).version
  } catch (error) {
    if (isVaultError(error, 'ERR_UPDATE_CHANNEL')) return undefined
    throw error
  }
}
