import { VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { credentialFlags, VaultCommand } from '../command.ts'
import { explainProfile } from '../credentials/explain-profile.ts'
import { obtainCredentials } from '../credentials/obtain.ts'
import { FORMATS, formatCredentials } from '../export/format.ts'
import { explainFlag, sessionFlags } from '../session-flags.ts'

export default class Export extends VaultCommand {
  static override summary = 'Print temporary credentials of a profile'
  static override examples = [
    'eval "$(<%= config.bin %> export --format export-env work)"',
    'credential_process = <%= config.bin %> export --format json work',
  ]
  static override args = { profile: Args.string({ description: 'profile of the AWS config', required: true }) }
  static override flags = {
    ...sessionFlags,
    ...explainFlag,
    format: Flags.option({ options: FORMATS, default: 'env' as const, summary: 'how to print them' })(),
    json: Flags.boolean({
      summary: 'the same as --format json; with --explain: the plan as JSON',
      exclusive: ['format'],
    }),
    ...credentialFlags,
  }

  async run(): Promise<void> {
    const { args, flags, container } = await this.open(Export)
    if (flags.explain) return this.log(await explainProfile(container, args.profile, flags))
    this.refuseNested(container)
    container.recipient = { action: 'export', title: 'whoever reads what aws-vault export prints' }
    const { plan, credentials } = await obtainCredentials(container, args.profile, flags)
    const { profile, region } = plan
    const format = flags.json ? 'json' : flags.format
    if (format === 'ini' && /[\]\r\n]/.test(profile)) {
      throw new VaultError('ERR_EXPORT_NAME', `the profile name ${JSON.stringify(profile)} cannot stand in an ini file`)
    }
    this.log(formatCredentials(format, { profile, credentials, ...(region === undefined ? {} : { region }) }))
  }
}
