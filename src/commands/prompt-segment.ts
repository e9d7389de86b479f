import { VaultCommand } from '../command.ts'
import { ownSegment } from '../segment/main.ts'

/** Without further words, bin/run.js prints the segment itself, which is quicker. */
export default class PromptSegment extends VaultCommand {
  static override summary = 'Print profile and time left, for the prompt of a shell'
  static override description = 'Looks at the environment alone; prints nothing outside of exec. See docs/servers.md.'
  static override examples = [`PS1='$(<%= config.bin %> prompt-segment) \\$ '`]

  async run(): Promise<void> {
    await this.open(PromptSegment)
    const text = ownSegment()
    if (text !== '') this.log(text)
  }
}
