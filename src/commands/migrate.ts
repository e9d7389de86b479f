import { printable } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../command.ts'
import { describeReport, type MigrationReport, reportOf } from '../migrate/describe-result.ts'
import { runMigration } from '../migrate/run-migration.ts'

export default class Migrate extends VaultCommand {
  static override summary = 'Copy credentials, sessions and logins from one keyring to another'
  static override description =
    'Each item is read back and compared. Interrupted, it can be run again: what is there already is only compared.'
  static override examples = [
    '<%= config.bin %> migrate --from file --to pass --dry-run',
    '<%= config.bin %> migrate --from file --to pass --delete-source',
    '<%= config.bin %> migrate --from file --to file --to-option file-dir=~/other-vault',
  ]
  static override enableJsonFlag = true
  static override flags = {
    from: Flags.string({ summary: 'keyring to copy from', required: true, helpValue: '<name>' }),
    to: Flags.string({ summary: 'keyring to copy to', required: true, helpValue: '<name>' }),
    'from-option': Flags.string({
      summary: 'an option of the source alone, by the name of its flag; may be repeated',
      helpValue: '<name=value>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'to-option': Flags.string({
      summary: 'an option of the target alone',
      helpValue: '<name=value>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    profile: Flags.string({
      summary: 'only what is stored for this profile; may be repeated',
      helpValue: '<profile>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'dry-run': Flags.boolean({ summary: 'say what would be done, and do nothing' }),
    overwrite: Flags.boolean({ summary: 'replace items at the target that differ' }),
    'delete-source': Flags.boolean({ summary: 'delete the items at the source when all are safe at the target' }),
  }

  async run(): Promise<MigrationReport> {
    const { flags, container } = await this.open(Migrate)
    const [dryRun, deleteSource] = [flags['dry-run'] === true, flags['delete-source'] === true]
    const result = await runMigration(container, {
      from: flags.from,
      to: flags.to,
      fromOptions: flags['from-option'] ?? [],
      toOptions: flags['to-option'] ?? [],
      profiles: flags.profile ?? [],
      dryRun,
      overwrite: flags.overwrite === true,
      deleteSource,
    })
    const report = reportOf(result, dryRun)
    for (const line of describeReport(report, deleteSource)) this.log(printable(line))
    if (!report.complete) process.exitCode = 1
    return report
  }
}
