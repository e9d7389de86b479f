import { randomBytes } from 'node:crypto'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import type { InferredFlags } from '@oclif/core/interfaces'
import { credentialFlags, exposureFlags, VaultCommand } from '../../command.ts'
import type { Container } from '../../container.ts'
import { credentialVariablesIn } from '../../exec/child-environment.ts'
import { quoted } from '../../export/repeated-flags.ts'
import { likelyShell } from '../../export/shell-lines.ts'
import { CLIENT_FORMATS, clientText } from '../../server/client-format.ts'
import { decisiveFiles } from '../../server/decisive-files.ts'
import { orderOf } from '../../server/order.ts'
import { runServer } from '../../server/run-server.ts'
import { nameHolder } from '../../server/running-servers.ts'
import { type ServerWish, serverWish } from '../../server/server-wish.ts'
import { startDetached } from '../../server/start-detached.ts'
import type { ServerState } from '../../server/state-file.ts'
import { sessionFlags } from '../../session-flags.ts'

export default class ServerStart extends VaultCommand {
  static override summary = 'Serve credentials of profiles, and renewed ones, to programs that are started elsewhere'
  static override description = 'Prints what programs need to reach the server, for the first profile.'
  static override examples = [
    'eval "$(<%= config.bin %> server start work --detach)"',
    '<%= config.bin %> server start work play --detach --idle 8h',
    'docker run --network host --env-file <(<%= config.bin %> server start work --detach --format docker) IMAGE',
  ]
  static override strict = false
  static override usage = 'server start PROFILE... [FLAGS]'
  static override args = { profile: Args.string({ description: 'profile of the AWS config', required: true }) }
  static override flags = {
    kind: Flags.string({ summary: 'the exposure that serves', default: 'ecs', helpValue: '<name>' }),
    detach: Flags.boolean({ summary: 'go on without this terminal, until aws-vault server stop' }),
    port: Flags.integer({ summary: 'port to listen on; a free one if not set', min: 0, max: 65535 }),
    format: Flags.option({
      options: CLIENT_FORMATS,
      summary: 'how to print what programs need; for SHELL if not set',
    })(),
    idle: Flags.string({ summary: 'end when nobody asks for that long, e.g. 1h', helpValue: '<duration>' }),
    'stop-when-locked': Flags.boolean({ summary: 'end when the keystore is locked' }),
    container: Flags.boolean({ summary: 'let containers come too, through a forwarder: see docs/servers.md' }),
    listen: Flags.string({ summary: 'listen on this address too, for its own network', helpValue: '<address>' }),
    lazy: Flags.boolean({ summary: 'get credentials when a program first asks for some' }),
    ...sessionFlags,
    ...credentialFlags,
    ...exposureFlags,
  }

  async run(): Promise<void> {
    const { flags, container, profiles } = await this.openStart(this.argv)
    this.refuseNested(container)
    const { contributions } = await container.settings()
    const { environment } = container.world
    const files = decisiveFiles([container.awsConfig().file, flags.policy as string | undefined])
    const order = orderOf(profiles, flags, environment, contributions.secretVariables(), files)
    const id = randomBytes(6).toString('hex')
    if (!flags.detach) {
      await this.serve(container, serverWish({ id, order, profiles }, flags, environment), flags, async state => {
        this.#print(container, state, flags.format)
        if (await container.callContext().desk.isWatched()) container.logger.warn('serving; Ctrl-C ends it')
      })
      return
    }
    const { state, isNew } = await startDetached(container, { id, argv: this.argv, order })
    if (!isNew) container.logger.warn(`server ${state.pid} serves that already, since ${state.since}`)
    this.#print(container, state, flags.format)
  }

  /** Parses a command line of this command. */
  protected async openStart(argv: readonly string[]) {
    const { flags, container, argv: words } = await this.open(ServerStart, [...argv])
    container.recipient = { action: 'server start', title: 'every program that has the address of a server' }
    return { flags, container, profiles: [...new Set(words)] }
  }

  /** Serves until there is a reason to end. */
  protected async serve(
    container: Container,
    wish: ServerWish,
    flags: InferredFlags<typeof ServerStart.flags>,
    ready: (state: ServerState) => void,
  ): Promise<void> {
    try {
      const reason = await runServer(container, wish, flags, ready)
      container.logger.debug(`the server ends: ${reason}`)
    } catch (error) {
      throw nameHolder(container, error)
    }
  }

  #print(container: Container, state: ServerState, format: InferredFlags<typeof ServerStart.flags>['format']): void {
    const { environment, platform } = container.world
    const [first, ...others] = state.profiles
    if (first === undefined) return
    const chosen = format ?? likelyShell(environment, platform)
    const conflicting = credentialVariablesIn(environment, ['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME'])
    this.log(clientText(chosen, state, first, conflicting))
    if (others[0] === undefined || !container.callContext().desk.isWatched()) return
    const words = ['aws-vault', 'server', 'status', others[0].name, '--format', chosen]
    container.logger.warn(`for the other profiles: ${quoted(words)}`)
  }
}
