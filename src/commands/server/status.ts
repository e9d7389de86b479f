import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../../command.ts'
import type { Container } from '../../container.ts'
import { credentialVariablesIn } from '../../exec/child-environment.ts'
import { formatTable } from '../../output/table.ts'
import { CLIENT_FORMATS, type ClientFormat, clientText } from '../../server/client-format.ts'
import {
  adviceOn,
  knownServers,
  placeOf,
  type RunningServer,
  type ServerElsewhere,
  serversNamed,
} from '../../server/running-servers.ts'
import { logFile } from '../../server/state-file.ts'

interface Status {
  readonly pid: number
  /** Where it is, if it cannot be told from here whether it runs. */
  readonly elsewhere?: string
  readonly kind: string
  readonly since: string
  readonly detached: boolean
  readonly profiles: readonly { readonly name: string; readonly address?: string }[]
  readonly idleSeconds?: number
  readonly stopWhenLocked: boolean
  readonly socket?: string
  readonly listen?: string
  /** What it said while nobody listened. */
  readonly log?: string
}

export default class ServerStatus extends VaultCommand {
  static override summary = 'Show your servers, or what programs need to reach one'
  static override enableJsonFlag = true
  static override examples = [
    '<%= config.bin %> server status',
    'eval "$(<%= config.bin %> server status work --format export-env)"',
  ]
  static override args = { profile: Args.string({ description: 'profile, or process number of the server' }) }
  static override flags = {
    format: Flags.option({
      options: CLIENT_FORMATS,
      summary: 'print what programs need to reach the server, its token included',
      exclusive: ['json'],
    })(),
  }

  async run(): Promise<readonly Status[]> {
    const { args, flags, container } = await this.open(ServerStatus)
    const known = knownServers(container)
    const servers = args.profile === undefined ? known.running : serversNamed(known, args.profile)
    if (flags.format !== undefined) {
      this.log(this.#clientText(container, flags.format, servers, args.profile))
      return []
    }
    const elsewhere = args.profile === undefined ? known.elsewhere : []
    const statuses = [...servers.map(statusOf), ...elsewhere.map(statusElsewhere)]
    if (statuses.length === 0) this.log('No server is running.')
    else this.log(formatTable(['Server', 'Kind', 'Profile', 'Since', 'Address'], statuses.flatMap(rows)))
    for (const server of elsewhere) container.logger.warn(adviceOn(server))
    return statuses
  }

  #clientText(container: Container, format: ClientFormat, servers: readonly RunningServer[], name?: string): string {
    const isForContainers = format === 'docker' || format === 'compose'
    const server = (isForContainers ? servers.find(({ state }) => state.container) : undefined) ?? servers[0]
    const profile = server?.state.profiles.find(profile => profile.name === name) ?? server?.state.profiles[0]
    if (server === undefined || profile === undefined) {
      throw new VaultError('ERR_SERVER_NONE', 'no server of yours is running', {
        hint: 'start one: aws-vault server start PROFILE --detach',
      })
    }
    const conflicting = credentialVariablesIn(container.world.environment, ['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'])
    return clientText(format, server.state, profile, conflicting)
  }
}

function statusOf({ directory, state }: RunningServer): Status {
  const { pid, kind, since, isDetached, profiles, idleSeconds, stopsWhenLocked, container, listen, id } = state
  return {
    pid,
    kind,
    since,
    detached: isDetached,
    profiles: profiles.map(({ name, environment }) => {
      const address = Object.values(environment).find(value => /^https?:\/\//.test(value))
      return { name, ...(address === undefined ? {} : { address }) }
    }),
    ...(idleSeconds === undefined ? {} : { idleSeconds }),
    stopWhenLocked: stopsWhenLocked === true,
    ...(container?.socket === undefined ? {} : { socket: container.socket }),
    ...(listen === undefined ? {} : { listen }),
    ...(isDetached ? { log: logFile(directory, id) } : {}),
  }
}

const statusElsewhere = (server: ServerElsewhere): Status => ({ ...statusOf(server), elsewhere: placeOf(server) })

const rows = ({ pid, elsewhere, kind, since, profiles }: Status): string[][] =>
  profiles.map(({ name, address = '' }, index) =>
    index === 0
      ? [elsewhere === undefined ? String(pid) : `${pid} ${elsewhere}`, kind, name, since.slice(0, 19), address]
      : ['', '', name, '', address],
  )
