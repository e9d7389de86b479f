import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import { changesBetween } from './changelog.ts'
import { type Choice, INSTALLED, type InstalledVersions } from './installed-versions.ts'
import { directoryName, type Manifest } from './manifest.ts'
import { compareVersions } from './version-order.ts'

/** What the user wants: the newest version of a channel (theirs, if none is named), a certain one, or the one before. */
export type Wish =
  | { readonly kind: 'channel'; readonly channel?: string | undefined }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'rollback' }

/** What an update came to. */
export interface Updated {
  readonly from: string
  readonly to: string
  readonly channel: string
  /** `kept`: that version is in use already. `ahead`: the channel has only an older one. */
  readonly outcome: 'updated' | 'kept' | 'ahead'
  /** What the changelog says of the versions between the two. */
  readonly changes: string
}

/** What an update works with. */
export interface UpdatePorts {
  readonly versions: InstalledVersions
  /** Where the tarball is that the user unpacked. */
  readonly base: string
  /** Whose code runs this. */
  readonly running: string
  manifestOfChannel(name: string): Promise<Manifest>
  manifestOfVersion(version: string): Promise<Manifest>
  /** Brings a version into its directory, complete and tried out, or throws. */
  install(manifest: Manifest): Promise<void>
}

/** The version in the name of its directory. */
export const versionIn = (directory: string): string => directory.replace(/-[0-9a-f]{7,40}$/, '')

/**
 * Carries out an update. Until the very last step, the one that chooses, the old version is in use, whatever happens;
 * what is left over is swept away by the next one.
 * @throws VaultError ERR_UPDATE_*
 */
export async function runUpdate(wish: Wish, ports: UpdatePorts): Promise<Updated> {
  const { versions, base } = ports
  await versions.sweep()
  const choice = versions.choice()
  const from = versionIn(choice.current === INSTALLED ? base : choice.current)
  const channel = (wish.kind === 'channel' && wish.channel) || choice.channel
  const directory = await wishedDirectory(wish, channel, choice, ports, from)
  if (directory === undefined) {
    return { from, to: from, channel, outcome: 'ahead', changes: '' }
  }
  // The tarball that was unpacked needs no second copy of itself.
  const current = directory === base ? INSTALLED : directory
  const to = versionIn(directory)
  if (current === choice.current) {
    if (channel !== choice.channel) await versions.choose({ ...choice, channel })
    // An update that was interrupted behind its switch has left them.
    await versions.keepOnly([current, choice.previous, ports.running])
    return { from, to, channel, outcome: 'kept', changes: '' }
  }
  await versions.choose({ current, previous: choice.current, channel })
  await versions.keepOnly([current, choice.current, ports.running])
  return { from, to, channel, outcome: 'updated', changes: await changes(ports, current, from, to) }
}

/** The directory of the version that is wished for, complete; `undefined` if the channel has nothing newer. */
async function wishedDirectory(
  wish: Wish,
  channel: string,
  choice: Choice,
  ports: UpdatePorts,
  from: string,
): Promise<string | undefined> {
  if (wish.kind === 'rollback') {
    if (choice.previous === undefined) {
      throw new VaultError('ERR_UPDATE_ROLLBACK', 'there is no version on this machine that was in use before', {
        hint: 'aws-vault update --version VERSION fetches any; --available lists them',
      })
    }
    return choice.previous === INSTALLED ? ports.base : choice.previous
  }
  if (wish.kind === 'version') {
    const here = await versionHere(wish.version, ports)
    if (here !== undefined) return here
  }
  const manifest =
    wish.kind === 'version' ? await ports.manifestOfVersion(wish.version) : await ports.manifestOfChannel(channel)
  // A server, or who plays one, leads nobody back to a version with known faults: that has to be asked for by name.
  if (wish.kind === 'channel' && compareVersions(manifest.version, from) < 0) return undefined
  const name = directoryName(manifest)
  if (name !== ports.base && !ports.versions.has(name)) await ports.install(manifest)
  return name
}

async function versionHere(version: string, { versions, base }: UpdatePorts): Promise<string | undefined> {
  return [base, ...(await versions.names())].find(name => versionIn(name) === version)
}

async function changes({ versions }: UpdatePorts, current: string, from: string, to: string): Promise<string> {
  if (current === INSTALLED || compareVersions(to, from) <= 0) return ''
  const text = await readFile(join(versions.directory, current, 'CHANGELOG.md'), 'utf8').catch(() => '')
  return changesBetween(text, from, to)
}
