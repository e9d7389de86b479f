import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../../command.ts'
import { type RunningServer, runningServers, serversNamed, stopServer } from '../../server/running-servers.ts'

export default class ServerStop extends VaultCommand {
  static override summary = 'Stop your servers, and wait until they are gone'
  static override enableJsonFlag = true
  static override examples = ['<%= config.bin %> server stop', '<%= config.bin %> server stop --all']
  static override args = { server: Args.string({ description: 'profile that it serves, or its process number' }) }
  static override flags = { all: Flags.boolean({ summary: 'all of them' }) }

  async run(): Promise<{ readonly stopped: readonly number[] }> {
    const { args, flags, container } = await this.open(ServerStop)
    const running = runningServers(container)
    const servers =
      args.server === undefined ? (flags.all ? running : theOnly(running)) : serversNamed(running, args.server)
    await Promise.all(servers.map(stopServer))
    const stopped = servers.map(({ state }) => state.pid)
    for (const pid of stopped) this.log(`Server ${pid} is stopped.`)
    if (stopped.length === 0) this.log('No server is running.')
    return { stopped }
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
