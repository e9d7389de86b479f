/**
 * Puts an updater together from the container: for the command `update`.
 * @module
 */
import { basename, dirname, join } from 'node:path'
import type { Container } from '../container.ts'
import { openProgress } from '../output/progress.ts'
import { releaseHost } from './download.ts'
import { installVersion } from './install-version.ts'
import { InstalledVersions } from './installed-versions.ts'
import { directoryName } from './manifest.ts'
import { parseReleaseKey } from './minisign.ts'
import { updatableRelease } from './release.ts'
import { ReleaseServer } from './release-server.ts'
import type { UpdatePorts } from './run-update.ts'

/** An updater for the copy of AWS Vault that runs. */
export interface Updater extends UpdatePorts {
  readonly server: ReleaseServer
}

/**
 * @param root the directory of the copy that runs
 * @throws VaultError ERR_UPDATE_FOREIGN when it does not update itself, ERR_UPDATE_RELEASE, ERR_UPDATE_HOST
 */
export async function openUpdater(container: Container, root: string): Promise<Updater> {
  const release = updatableRelease(root)
  const { settings } = await container.settings()
  const { data } = container.world.directories
  const running = directoryName(release)
  // A version that an update brought lies beside the others of its tarball: data/client/BASE/VERSION.
  const isUpdate = dirname(dirname(root)) === join(data, 'client')
  const base = isUpdate ? basename(dirname(root)) : running
  const versions = new InstalledVersions(data, base)
  const context = container.callContext()
  const server = new ReleaseServer(
    releaseHost(settings.core('updateHost')?.value ?? release.host),
    release,
    release.keys.map(parseReleaseKey),
    { ...context, patience: Number(settings.core('updatePatience')?.value) },
  )
  return {
    versions,
    base,
    running: isUpdate ? basename(root) : base,
    server,
    manifestOfChannel: name => server.channel(name),
    manifestOfVersion: version => server.version(version),
    async install(manifest) {
      const environment = await context.programEnvironment()
      await using bar = openProgress(`Fetching aws-vault ${manifest.version} (MB)`)
      const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6)
      await installVersion(manifest, {
        server,
        versions,
        environment,
        signal: context.signal,
        progress: (done, of) => bar.update(megabytes(done), megabytes(of)),
      })
    },
  }
}
