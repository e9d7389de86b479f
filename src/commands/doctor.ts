import { printable } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../command.ts'
import type { Container } from '../container.ts'
import { CHECKS } from '../doctor/checks.ts'
import { describeFindings } from '../doctor/describe-findings.ts'
import { doctorWorld } from '../doctor/doctor-world.ts'
import { type ImportedKey, importPlaintext } from '../doctor/import-plaintext.ts'
import { type NamedFinding, runChecks } from '../doctor/run-checks.ts'
import { endProcessSoon } from '../output/end-process.ts'

interface Diagnosis {
  readonly healthy: boolean
  readonly findings: readonly NamedFinding[]
  readonly imported?: readonly ImportedKey[]
}

export default class Doctor extends VaultCommand {
  static override summary =
    'Check keystore, config, plaintext keys, file modes, clock and plugins, and say how to mend them'
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --fix']
  static override enableJsonFlag = true
  static override flags = {
    fix: Flags.boolean({ summary: 'move keys that lie open in files into the keyring, after a question for each' }),
    force: Flags.boolean({ char: 'f', summary: 'with --fix: do not ask', dependsOn: ['fix'] }),
    offline: Flags.boolean({ summary: "do not compare this machine's clock with that of AWS" }),
  }

  async run(): Promise<Diagnosis> {
    const { flags, container } = await this.open(Doctor)
    const world = doctorWorld(container, { offline: flags.offline === true })
    const imported = flags.fix ? await this.#import(container, world, flags.force === true) : undefined
    const findings = (await runChecks(CHECKS, world)).map(finding => ({
      ...finding,
      message: container.redactor.apply(finding.message),
      ...(finding.hint === undefined ? {} : { hint: container.redactor.apply(finding.hint) }),
    }))
    for (const line of describeFindings(findings)) this.log(printable(line))
    const healthy = findings.every(({ level }) => level !== 'broken')
    if (!healthy) process.exitCode = 1
    return { healthy, findings, ...(imported === undefined ? {} : { imported }) }
  }

  async #import(container: Container, world: ReturnType<typeof doctorWorld>, force: boolean) {
    const imported = await importPlaintext(container, world, {
      profile: async message =>
        force ? '' : container.ask({ message, secret: false, instead: 'store it by aws-vault add' }),
      confirm: async message => force || this.confirm(container, message),
    })
    for (const { accessKeyId, place, outcome, profile, reason } of imported) {
      const rest = outcome === 'left' ? `left as it is: ${reason}` : `${outcome} (profile "${profile}")`
      this.log(printable(`Key ${accessKeyId} of ${place}: ${rest}.`))
    }
    this.log(imported.length === 0 ? 'No key lies open.\n' : '')
    return imported
  }

  /** A keystore that gave no answer may go on for ever. */
  protected override async finally(): Promise<void> {
    await super.finally()
    endProcessSoon()
  }
}
