import { printable, VaultError } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import { readLog } from '../audit/audit-log.ts'
import type { Verdict } from '../audit/chain.ts'
import { chosenAuditPlace } from '../audit/record-use.ts'
import { VaultCommand } from '../command.ts'

interface Audited {
  readonly log: string
  readonly verdict: Verdict
  /** Absent with `--verify`. */
  readonly entries?: readonly unknown[]
}

export default class Audit extends VaultCommand {
  static override summary = 'Show the local log of uses, and check that nobody changed it'
  static override description =
    'The log is kept if the setting audit-log (AWS_VAULT_AUDIT_LOG) names a file, or is true.'
  static override examples = ['<%= config.bin %> audit', '<%= config.bin %> audit --verify']
  static override enableJsonFlag = true
  static override flags = { verify: Flags.boolean({ summary: 'check the log only, and print no line of it' }) }

  async run(): Promise<Audited> {
    const { flags, container } = await this.open(Audit)
    const place = await chosenAuditPlace(container)
    if (place === undefined) {
      throw new VaultError('ERR_AUDIT_OFF', 'no audit log is kept', {
        hint: 'to begin one, write audit-log = true into your settings',
      })
    }
    const { text, verdict } = readLog(place)
    const lines = text.split('\n').filter(line => line !== '')
    if (!flags.verify) for (const line of lines) this.log(printable(line))
    if (!verdict.intact) {
      throw new VaultError(
        'ERR_AUDIT_TAMPERED',
        `the audit log ${place.log} was changed: line ${verdict.line}: ${verdict.problem}`,
        {
          hint: `keep ${place.log} and ${place.head} as evidence, elsewhere; a new log is begun then`,
          facts: { log: place.log, line: verdict.line },
        },
      )
    }
    if (flags.verify) this.log(`${place.log}: ${verdict.entries} entries, unchanged.`)
    return { log: place.log, verdict, ...(flags.verify ? {} : { entries: lines.map(parsed) }) }
  }
}

/** A line as data; one that was cut off when its writer was killed as text. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}
