import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import type { FlagInput } from '@oclif/core/interfaces'
import { configChanged, editConfigFile, readConfigBytes, type WithLock } from '../../aws-config/edit-config-file.ts'
import { parseRegion } from '../../aws-config/values.ts'
import { credentialFlags, VaultCommand } from '../../command.ts'
import type { Container } from '../../container.ts'
import { askSso } from '../../credentials/sso-login.ts'
import { findSession } from '../../credentials/sso-portal.ts'
import { readWishes } from '../../credentials/wishes.ts'
import { optionFlag } from '../../part-flags.ts'
import { CORE_OPTIONS } from '../../settings/settings.ts'
import { parseTemplate, USUAL_TEMPLATE } from '../../sso-profiles/name-template.ts'
import { type Change, type Changes, type Kept, planChanges } from '../../sso-profiles/plan-changes.ts'
import { countChanges, formatChanges, formatKept, paintOn } from '../../sso-profiles/show-changes.ts'
import { wantedProfiles } from '../../sso-profiles/wanted-profiles.ts'

interface Configured {
  readonly file: string
  readonly session: string
  readonly written: boolean
  readonly changes: readonly Pick<Change, 'kind' | 'profile'>[]
  readonly kept: readonly Kept[]
  readonly stale: readonly string[]
}

const loginFlags: FlagInput = { browser: optionFlag(CORE_OPTIONS.browser), ...credentialFlags }

export default class SsoConfigure extends VaultCommand {
  static override summary = 'Write profiles into the AWS config for all that you may use by single sign-on'
  static override description =
    `One profile for each role in each account. Only profiles that this command wrote, and that nobody edited since, are ever changed or removed; they carry the key vault_sso_generated. See docs/sso-configure.md.`
  static override enableJsonFlag = true
  static override examples = [
    '<%= config.bin %> sso configure corp --region eu-central-1',
    "<%= config.bin %> sso configure corp --template '{session}-{account_id}-{role_name}' --dry-run",
  ]
  static override args = {
    name: Args.string({ description: 'sso-session of the AWS config; may be left out if there is but one' }),
  }
  static override flags = {
    template: Flags.string({
      summary: 'names of the profiles: {account_name}, {account_id}, {account_email}, {role_name}, {session}',
      default: USUAL_TEMPLATE,
    }),
    region: Flags.string({ summary: 'region of the profiles; none if absent', helpValue: '<region>' }),
    account: Flags.string({ summary: 'only this account (ID or name); may be repeated', multiple: true }),
    role: Flags.string({ summary: 'only this role; may be repeated', multiple: true }),
    prune: Flags.boolean({ summary: 'remove profiles of this command that it would not write today' }),
    'dry-run': Flags.boolean({ summary: 'show what would change, and write nothing' }),
    yes: Flags.boolean({ char: 'y', summary: 'do not ask', exclusive: ['dry-run'] }),
    ...loginFlags,
  }

  async run(): Promise<Configured> {
    const { args, flags, container } = await this.open(SsoConfigure)
    const name = parseTemplate(flags.template)
    const origin = { kind: 'flag', flag: 'region' } as const
    const region = flags.region === undefined ? undefined : parseRegion(flags.region, { name: 'region', origin })
    if (this.jsonEnabled() && !flags.yes && !flags['dry-run']) throw unseen()
    const config = container.awsConfig()
    const { file } = config
    const session = findSession(config, readWishes({}, container.world.environment), args.name)
    const { answer } = await askSso(container, args.name, (provider, question) => provider.listRoles?.(...question))
    const wanted = wantedProfiles(answer, { session, name, region, accounts: flags.account, roles: flags.role })
    const plan = (bytes: Buffer): Changes => planChanges(bytes, wanted, { file, session, prune: flags.prune })

    const { changes, kept, stale } = plan(readConfigBytes(file))
    if (changes.length > 0) this.log(`${formatChanges(changes, paintOn(process.stdout))}\n`)
    if (kept.length + stale.length > 0) this.log(formatKept({ kept, stale }))
    const written = await this.#write(container, file, changes, plan, flags)
    const shown = changes.map(({ kind, profile }) => ({ kind, profile }))
    return { file, session, written, changes: shown, kept, stale }
  }

  async #write(
    container: Container,
    file: string,
    shown: readonly Change[],
    plan: (bytes: Buffer) => Changes,
    flags: { readonly yes: boolean; readonly 'dry-run': boolean },
  ): Promise<boolean> {
    const todo = `${countChanges(shown)} in ${file}`
    const isAgreed = async (): Promise<boolean> =>
      flags.yes || this.confirm(container, `About to ${todo}. Go on?`, 'answer by --yes, or only look by --dry-run')
    const words =
      shown.length === 0
        ? `Nothing to change in ${file}.`
        : flags['dry-run']
          ? `Would ${todo}.`
          : (await isAgreed())
            ? undefined
            : 'Nothing was written.'
    if (words !== undefined) {
      this.log(words)
      return false
    }
    const edit = (old: Buffer): Buffer | undefined => {
      const { changes, bytes } = plan(old)
      if (!flags.yes && JSON.stringify(changes) !== JSON.stringify(shown)) throw configChanged(file)
      return changes.length === 0 ? undefined : bytes
    }
    const onWait = (): void => container.logger.warn(`waiting for another aws-vault that writes ${file}`)
    const withLock: WithLock = (name, task) => container.withLock(name, task, onWait)
    const written = await editConfigFile(file, withLock, edit, { hint: 'nothing was changed in it' })
    this.log(written ? `Wrote ${file}.` : 'Another aws-vault has written it already.')
    return written
  }
}

const unseen = (): VaultError =>
  new VaultError('ERR_USAGE', 'with --json nothing is shown that could be agreed to', {
    hint: 'add --yes or --dry-run',
    facts: { exitCode: 2 },
  })
