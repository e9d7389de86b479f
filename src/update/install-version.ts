import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { runProgram } from '@aws-vault/plugin-sdk/program'
import { type InstalledVersions, notWritten } from './installed-versions.ts'
import { directoryName, type Manifest } from './manifest.ts'
import { readRelease } from './release.ts'
import type { ReleaseServer } from './release-server.ts'
import { unpack } from './unpack.ts'

/** What a version is brought in with. */
export interface InstallPorts {
  readonly server: Pick<ReleaseServer, 'tarball'>
  readonly versions: InstalledVersions
  readonly environment: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Told how many bytes have come, of how many. */
  progress(done: number, of: number): void
}

/** Seconds that a new version may take to say which one it is. */
const TRIAL = 60

/**
 * Brings a version into its directory: fetches, checks, unpacks, syncs, tries out, renames. Whatever happens before the
 * last step, there is no such version.
 * @throws VaultError ERR_UPDATE_DAMAGED, ERR_UPDATE_SERVER, ERR_UPDATE_WRITE; ERR_UPDATE_TRIAL when it does not run here
 */
export async function installVersion(manifest: Manifest, ports: InstallPorts): Promise<void> {
  const workplace = await ports.versions.unfinished()
  try {
    const archive = join(workplace, 'archive.tar.gz')
    const tree = join(workplace, 'tree')
    await fetchArchive(archive, manifest, ports)
    try {
      await unpack(archive, manifest.baseDir, tree, manifest.sha256gz)
    } catch (error) {
      throw (error as NodeJS.ErrnoException).syscall === undefined ? damaged(manifest, error) : notWritten(tree, error)
    }
    await tryOut(tree, workplace, manifest, ports)
    await ports.versions.add(tree, directoryName(manifest)).catch(error => {
      throw notWritten(ports.versions.directory, error)
    })
  } finally {
    await rm(workplace, { recursive: true, force: true }).catch(() => {})
  }
}

async function fetchArchive(archive: string, manifest: Manifest, ports: InstallPorts): Promise<void> {
  const writing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw isVaultError(error) ? error : notWritten(archive, error)
    }
  }
  const file = await writing(() => open(archive, 'wx', 0o600))
  try {
    await ports.server.tarball(manifest, (chunk, done) =>
      writing(async () => {
        await file.writeFile(chunk)
        ports.progress(done, manifest.size)
      }),
    )
  } finally {
    await file.close()
  }
}

/** Starts the new version once: what cannot even say its name here must not be switched to. */
async function tryOut(
  tree: string,
  workplace: string,
  { version, platform, arch }: Manifest,
  ports: InstallPorts,
): Promise<void> {
  const release = readRelease(tree)
  if (!('version' in release) || release.version !== version || release.origin !== 'tarball') {
    throw damaged({ version }, undefined)
  }
  const { environment, signal } = ports
  const file = join(tree, 'bin', 'aws-vault')
  let said = ''
  let cause: unknown
  try {
    const { stdout, stderr } = await runProgram({
      file,
      args: ['--version'],
      // Elsewhere there may be updates of its own, from when it was the tarball that was unpacked: it would start those.
      environment: { ...environment, AWS_VAULT_DATA_DIR: workplace },
      signal,
      timeoutSeconds: TRIAL,
    })
    said = stdout.toString('utf8')
    if (said === '') cause = new Error(stderr.trim().slice(0, 500))
  } catch (error) {
    signal.throwIfAborted()
    cause = error
  }
  if (said.startsWith(`aws-vault/${version} ${platform}-${arch} `)) return
  const why = cause instanceof Error && cause.message ? `: ${cause.message}` : ''
  throw new VaultError('ERR_UPDATE_TRIAL', `aws-vault ${version} does not run on this machine${why}`, {
    hint: 'the old version is in use; please report this',
    facts: { version },
    cause,
  })
}

function damaged({ version }: Pick<Manifest, 'version'>, cause: unknown): VaultError {
  return new VaultError('ERR_UPDATE_DAMAGED', `the tarball of aws-vault ${version} is not one`, {
    hint: 'the old version is in use; please report this',
    facts: { version },
    cause,
  })
}
