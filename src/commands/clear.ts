import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { loginSession } from '../aws-config/login-session.ts'
import { profileNames } from '../aws-config/profile.ts'
import { ssoStartUrl } from '../aws-config/sso-start-url.ts'
import { unknownProfileError } from '../aws-config/unknown-profile.ts'
import { VaultCommand } from '../command.ts'
import { tellServers } from '../server/tell-servers.ts'
import { isSessionType, sessionTypes } from '../vault/session-key.ts'

export default class Clear extends VaultCommand {
  static override summary = 'Remove sessions, SSO tokens and sign-ins, of one profile or of all, of one type or of any'
  static override examples = [
    '<%= config.bin %> clear work',
    '<%= config.bin %> clear --type sts.AssumeRole',
    '<%= config.bin %> clear',
  ]
  static override enableJsonFlag = true
  static override args = { profile: Args.string({ description: 'whose sessions; all if absent' }) }
  static override flags = {
    type: Flags.string({ summary: 'only sessions of this type, as list shows it', helpValue: '<type>' }),
  }

  async run(): Promise<{ sessions: number }> {
    const { args, flags, container } = await this.open(Clear)
    const { type } = flags
    if (type !== undefined && !isSessionType(type)) throw unknownType(type)
    const { credentials, sessions } = await container.vault()
    if (args.profile === undefined) {
      const count = await sessions.clear(undefined, [], type)
      await tellServers(container, 'forget')
      return this.#said(count)
    }

    const config = container.awsConfig()
    const known = new Set([...profileNames(config), ...(await credentials.list())])
    const owners = (await sessions.list()).map(session => session.profile)
    if (!known.has(args.profile) && !owners.includes(args.profile)) {
      throw unknownProfileError(args.profile, known, config)
    }
    const startUrl = ssoStartUrl(config, args.profile)
    const signIn = loginSession(config, args.profile)
    const [portals, signIns] = [startUrl, signIn].map(login => (login === undefined ? [] : [login]))
    const count = await sessions.clear([args.profile], portals, type, signIns)
    await tellServers(container, 'forget', [args.profile])
    return this.#said(count)
  }

  #said(count: number): { sessions: number } {
    this.log(`Cleared ${count} ${count === 1 ? 'session' : 'sessions'}.`)
    return { sessions: count }
  }
}

const unknownType = (type: string): VaultError =>
  new VaultError('ERR_SESSION_TYPE', `there are no sessions of a type "${type}"`, {
    hint: `types are ${sessionTypes().join(', ')}, and plugin.NAME`,
    facts: { type, exitCode: 2 },
  })
