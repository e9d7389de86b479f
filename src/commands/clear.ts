import * as Args from '@oclif/core/args'
import { profileNames } from '../aws-config/profile.ts'
import { ssoStartUrl } from '../aws-config/sso-start-url.ts'
import { unknownProfileError } from '../aws-config/unknown-profile.ts'
import { VaultCommand } from '../command.ts'

export default class Clear extends VaultCommand {
  static override summary = 'Remove sessions and SSO tokens, of one profile or of all'
  static override enableJsonFlag = true
  static override args = { profile: Args.string({ description: 'whose sessions; all if absent' }) }

  async run(): Promise<{ sessions: number }> {
    const { args, container } = await this.open(Clear)
    const { credentials, sessions } = await container.vault()
    if (args.profile === undefined) return this.#said(await sessions.clear())

    const config = container.awsConfig()
    const known = new Set([...profileNames(config), ...(await credentials.list())])
    const owners = (await sessions.list()).map(session => session.profile)
    if (!known.has(args.profile) && !owners.includes(args.profile)) {
      throw unknownProfileError(args.profile, known, config)
    }
    const startUrl = ssoStartUrl(config, args.profile)
    return this.#said(await sessions.clear([args.profile], startUrl === undefined ? [] : [startUrl]))
  }

  #said(count: number): { sessions: number } {
    this.log(`Cleared ${count} ${count === 1 ? 'session' : 'sessions'}.`)
    return { sessions: count }
  }
}
