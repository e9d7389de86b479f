import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import type { FlagInput } from '@oclif/core/interfaces'
import { credentialFlags, VaultCommand } from '../command.ts'
import { browseConsole } from '../console/browse-console.ts'
import { type ConsoleSession, consoleSession } from '../console/console-session.ts'
import { containerUrl } from '../console/firefox-container.ts'
import type { Container } from '../container.ts'
import { explainProfile } from '../credentials/explain-profile.ts'
import { canOpenBrowser, openBrowser } from '../exec/open-browser.ts'
import { optionFlag } from '../part-flags.ts'
import { explainFlag, sessionFlags } from '../session-flags.ts'
import { CORE_OPTIONS } from '../settings/settings.ts'

const browserFlags: FlagInput = { browser: optionFlag(CORE_OPTIONS.browser), ...credentialFlags }

/** Credentials that a browser started by us has no use for. */
const CREDENTIAL_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN']

export default class Login extends VaultCommand {
  static override summary = 'Open the AWS console in a browser, signed in with temporary credentials'
  static override description =
    'Without a PROFILE, the credentials in the environment are used, as inside of exec. Where no browser can be opened, the link is printed.'
  static override examples = [
    '<%= config.bin %> login work',
    '<%= config.bin %> login work --path ec2/instances --region eu-west-1',
    '<%= config.bin %> login work --container',
    '<%= config.bin %> login work --stdout',
  ]
  static override args = {
    profile: Args.string({ description: "profile of the AWS config; without, the environment's credentials are used" }),
  }
  static override flags = {
    ...sessionFlags,
    stdout: Flags.boolean({ char: 's', summary: 'print the link and do no more; it signs in whoever has it' }),
    path: Flags.string({
      summary: 'where to: a service (s3), a page (ec2/instances), a path or an address of the console',
      helpValue: '<path>',
    }),
    container: Flags.boolean({
      summary: 'in a Firefox container of the profile; needs the extension "Open external links in a container"',
    }),
    private: Flags.boolean({ summary: 'in a private window', exclusive: ['container'] }),
    logout: Flags.boolean({ summary: "end the browser's present console session first" }),
    ...explainFlag,
    json: Flags.boolean({ summary: 'print the link and where it leads as JSON; with --explain: the plan' }),
    ...browserFlags,
  }

  async run(): Promise<void> {
    const { args, flags, container } = await this.open(Login)
    const { profile } = args
    if (flags.explain) {
      if (profile !== undefined) {
        return this.log(await explainProfile(container, profile, { ...flags, forConsole: true }))
      }
      const what = '--explain needs a PROFILE'
      throw new VaultError('ERR_USAGE', what, { hint: 'name a profile', facts: { exitCode: 2 } })
    }
    container.recipient = { action: 'login', title: 'the AWS console' }
    const name = profile ?? container.world.environment.AWS_VAULT ?? 'aws'
    const session = await consoleSession(container, profile, flags)
    const wrap = (url: string): string => (flags.container ? containerUrl(name, url) : url)
    const link = wrap(session.url)
    if (flags.json) return this.log(JSON.stringify(resultOf(session, link, profile), null, 2))
    if (flags.stdout) return this.log(link)
    const { settings, contributions } = await container.settings()
    const { environment, platform } = container.world
    const named = settings.core('browser')?.value
    const browser = named ?? (flags.container ? 'firefox' : undefined)
    if (!canOpenBrowser(environment, platform, named)) {
      container.logger.warn('no browser can be opened here: open this link, which is good for 15m, in one')
      return this.log(link)
    }
    const secretVariables = [...contributions.secretVariables(), ...CREDENTIAL_VARIABLES]
    const browse = (url: string): Promise<void> =>
      openBrowser(url, { browser, isPrivate: flags.private, secretVariables })
    await browseConsole(session.url, { browse, wrap, signal: container.signal })
    this.#say(container, session, profile)
  }

  #say({ clock }: Container, { destination, expiration }: ConsoleSession, profile: string | undefined): void {
    const whose = profile === undefined ? "the environment's credentials" : `profile ${profile}`
    const minutes = expiration && Math.floor((expiration.getTime() - clock.now()) / 60_000)
    const long = minutes === undefined ? '' : `, for ${Math.floor(minutes / 60)}h${minutes % 60}m`
    this.logToStderr(`Opened ${destination} with ${whose}${long}.`)
  }
}

function resultOf({ expiration, ...session }: ConsoleSession, url: string, profile: string | undefined): object {
  return {
    ...session,
    url,
    ...(profile === undefined ? {} : { profile }),
    ...(expiration === undefined ? {} : { expiration: expiration.toISOString() }),
  }
}
