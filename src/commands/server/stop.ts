import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../../command.ts'
import { adviceOn, knownServers, type RunningServer, serversNamed, stopServer } from '../../server/running-servers.ts'
import { stopAll } from '../../server/stop-all.ts'

export default class ServerStop extends VaultCommand {
  static override summary = 'Stop your servers, and wait until they are gone'
  static override enableJsonFlag = true
  static override examples = ['<%= config.bin %> server stop', '<%= config.bin %> server stop --all']
  static override args = { server: Args.string({ description: 'profile that it serves, or its process number' }) }
  static override flags = { all: Flags.boolean({ summary: 'all of them' }) }

  async run(): Promise<{ readonly stopped: readonly number[]; readonly failed: readonly number[] }> {
    const { args, flags, container } = await this.open(ServerStop)
    const known = knownServers(container)
    const { running } = known
    const servers =
      args.server === undefined ? (flags.all ? running : theOnly(running)) : serversNamed(known, args.server)
    const { stopped, failures } = await stopAll(servers, stopServer)
    for (const pid of stopped) this.log(`Server ${pid} is stopped.`)
    if (servers.length === 0) this.log('No server is running.')
    if (args.server === undefined) for (const server of known.elsewhere) container.logger.warn(adviceOn(server))
    const [only] = failures
    if (only !== undefined && servers.length === 1) throw only.error
    for (const { error } of failures) container.logger.warn((error as Error).message)
    if (only !== undefined) process.exitCode = 1
    return { stopped, failed: failures.map(({ pid }) => pid) }
  }
}

/** @throws VaultError ERR_SERVER_WHICH when there are several */
function theOnly(running: readonly RunningServer[]): readonly RunningServer[] {
  if (running.length <= 1) return running
  const names = running.map(({ state: { pid, profiles } }) => `${pid} (${profiles.map(({ name }) => name).join(', ')})`)
  throw new VaultError('ERR_SERVER_WHICH', `several servers are running: ${names.join('; ')}`, {
    hint: 'name a profile or a number, or use --all',
    facts: { pids: running.map(({ state }) => state.pid) },
  })
}
