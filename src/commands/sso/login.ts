import * as Args from '@oclif/core/args'
import { credentialFlags, VaultCommand } from '../../command.ts'
import { askSso } from '../../credentials/sso-login.ts'
import { optionFlag } from '../../part-flags.ts'
import { CORE_OPTIONS } from '../../settings/settings.ts'

interface LoggedIn {
  readonly startUrl: string
  /** When the login ends, if it is not renewed before. */
  readonly expiration: string
}

export default class SsoLogin extends VaultCommand {
  static override summary = 'Log in to an AWS access portal (single sign-on), whatever login there is'
  static override enableJsonFlag = true
  static override examples = ['<%= config.bin %> sso login', '<%= config.bin %> sso login work --device-code']
  static override args = {
    name: Args.string({ description: 'profile or sso-session of the AWS config; may be left out if there is but one' }),
  }
  static override flags = { browser: optionFlag(CORE_OPTIONS.browser), ...credentialFlags }

  async run(): Promise<LoggedIn> {
    const { args, container } = await this.open(SsoLogin)
    const { portal, answer } = await askSso(container, args.name, (provider, question) => provider.login?.(...question))
    this.log(`Logged in to ${portal.startUrl}.`)
    return { startUrl: portal.startUrl, expiration: answer.toISOString() }
  }
}
