import { printable, VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../command.ts'
import type { Available } from '../update/available.ts'
import type { Updated, Wish } from '../update/run-update.ts'

interface Asked {
  readonly args: { readonly channel?: string | undefined }
  readonly flags: { readonly version?: string | undefined; readonly rollback?: boolean }
}

export default class Update extends VaultCommand {
  static override summary = 'Update aws-vault, or go back to an earlier version'
  static override description = [
    'For what was installed from a tarball; elsewhere it says what to type instead. What is fetched has to be signed by',
    'the release key that came with the installed version. Until the new one is there, complete and tried out, the old',
    'one is in use. Nothing is fetched but by this command.',
  ].join(' ')
  static override examples = [
    '<%= config.bin %> update',
    '<%= config.bin %> update beta',
    '<%= config.bin %> update --available',
    '<%= config.bin %> update --version 1.2.3',
    '<%= config.bin %> update --rollback',
  ]
  static override enableJsonFlag = true
  static override args = {
    channel: Args.string({ description: 'channel to follow from now on: stable, beta' }),
  }
  static override flags = {
    version: Flags.string({
      summary: 'take this version',
      helpValue: '<version>',
      exclusive: ['rollback', 'available'],
    }),
    rollback: Flags.boolean({ summary: 'go back to the version that was in use before', exclusive: ['available'] }),
    available: Flags.boolean({ summary: 'list the versions that there are, and change nothing' }),
  }

  async run(): Promise<Updated | readonly Available[]> {
    const { args, flags, container } = await this.open(Update)
    const wish = wishOf({ args, flags })
    const { openUpdater } = await import('../update/open-updater.ts')
    const updater = await openUpdater(container, this.config.root)
    if (flags.available)
      return this.#list(await (await import('../update/available.ts')).availableVersions(updater.server, updater))

    const { runUpdate } = await import('../update/run-update.ts')
    const done = await container.withLock(
      'update',
      () => runUpdate(wish, updater),
      () => container.logger.warn('waiting for another update to end'),
    )
    this.#tell(done)
    return done
  }

  #tell({ from, to, channel, outcome, changes }: Updated): void {
    if (outcome === 'kept') this.log(`aws-vault ${to} is in use already (channel ${channel}).`)
    else if (outcome === 'ahead') {
      this.log(`aws-vault ${from} is newer than what the channel ${channel} has. --version VERSION goes back.`)
    } else this.log(`aws-vault ${to} is in use from now on, instead of ${from}. --rollback goes back.`)
    // Signed, and yet not meant for the terminal.
    if (changes !== '') this.log(`\n${changes.split('\n').map(printable).join('\n')}`)
  }

  async #list(versions: readonly Available[]): Promise<readonly Available[]> {
    const { formatTable } = await import('../output/table.ts')
    const rows = versions.map(({ version, channels, here }) => [version, channels.join(', ') || '-', here])
    this.log(formatTable(['Version', 'Newest of', 'On this machine'], rows))
    return versions
  }
}

function wishOf({ args: { channel }, flags: { version, rollback } }: Asked): Wish {
  if (channel !== undefined && (version !== undefined || rollback)) {
    throw wrong('a channel, a version and --rollback exclude each other', 'aws-vault update --help')
  }
  if (rollback) return { kind: 'rollback' }
  if (version === undefined) {
    if (channel === undefined || /^[a-z][a-z0-9-]{0,31}$/.test(channel)) return { kind: 'channel', channel }
    throw wrong(`"${channel}" is not the name of a channel`, 'aws-vault update stable')
  }
  const wanted = version.replace(/^v/, '')
  if (/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(wanted)) return { kind: 'version', version: wanted }
  throw wrong(`"${version}" is not a version`, 'aws-vault update --available')
}

const wrong = (message: string, hint: string): VaultError =>
  new VaultError('ERR_USAGE', message, { hint, facts: { exitCode: 2 } })
