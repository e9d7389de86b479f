import { KINDS } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../../command.ts'
import type { Part } from '../../contributions/part.ts'
import { ANSWER, probeApart } from '../../contributions/probe-apart.ts'
import { bounded, type SurveyedPart, surveyParts } from '../../contributions/survey-parts.ts'
import { endProcessSoon } from '../../output/end-process.ts'
import { formatTable } from '../../output/table.ts'

/** Milliseconds that a part has to say whether it works; the contract gives it one second. */
const patience = 3000

/** Milliseconds for the start of a process of our own, on a busy machine. */
const startTime = 3000

const partId = (part: Part): string => `${part.kind}/${part.name}/${part.packageName}`

export default class PluginsParts extends VaultCommand {
  static override summary = 'List every keyring, provider, exposure and prompt, and whether it works here'
  static override enableJsonFlag = true
  static override flags = {
    probe: Flags.string({ summary: 'answer for one part: KIND/NAME/PACKAGE; for ourselves', hidden: true }),
  }

  async run(): Promise<readonly SurveyedPart[]> {
    const { flags, container } = await this.open(PluginsParts)
    const { contributions } = await container.settings()
    const probe = (part: Part) => container.available(part)
    if (flags.probe !== undefined) {
      const asked = contributions.parts.find(part => !part.builtIn && partId(part) === flags.probe)
      const answer = asked ? await bounded(asked, probe, patience) : { available: false, reason: 'it has gone' }
      process.stdout.write(`\n${ANSWER}${JSON.stringify(answer)}\n`, () => process.exit())
      return []
    }
    const words = ['plugins', 'parts', ...this.argv.filter(word => word !== '--json')]
    const apart = (part: Part) => probeApart([...words, '--probe', partId(part)], patience + startTime)
    const parts = await surveyParts(
      contributions,
      KINDS,
      part => (part.builtIn ? bounded(part, probe, patience) : apart(part)),
      patience + 2 * startTime,
    )
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
