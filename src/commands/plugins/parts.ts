import { KINDS } from '@aws-vault/plugin-sdk'
import { VaultCommand } from '../../command.ts'
import { type SurveyedPart, surveyParts } from '../../contributions/survey-parts.ts'
import { endProcessSoon } from '../../output/end-process.ts'
import { formatTable } from '../../output/table.ts'

/** Milliseconds that a part has to say whether it works; the contract gives it one second. */
const patience = 3000

export default class PluginsParts extends VaultCommand {
  static override summary = 'List every keyring, provider, exposure and prompt, and whether it works here'
  static override enableJsonFlag = true

  async run(): Promise<readonly SurveyedPart[]> {
    const { container } = await this.open(PluginsParts)
    const { contributions } = await container.settings()
    const parts = await surveyParts(contributions, KINDS, part => container.available(part), patience)
    this.log(formatTable(['Kind', 'Name', 'Package', 'In force', 'Works', 'Options'], parts.map(tableLine)))
    for (const { kind, name, package: from, reason } of parts) {
      if (reason !== undefined) this.log(`\n${kind} ${name} of ${from}: ${reason}`)
    }
    return parts
  }

  /** A part that gave no answer may go on for ever. */
  protected override async finally(): Promise<void> {
    await super.finally()
    endProcessSoon()
  }
}

const tableLine = (part: SurveyedPart): string[] => [
  part.kind,
  part.name,
  part.builtIn ? 'built-in' : `${part.package} ${part.version}`,
  part.inForce ? 'yes' : 'no',
  part.works === null ? '-' : part.works ? 'yes' : 'no',
  part.options.map(({ flag, env }) => (flag === undefined ? (env ?? '') : `--${flag}`)).join(', ') || '-',
]
