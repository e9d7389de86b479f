import { VaultCommand } from '../command.ts'
import { respond } from '../completion/main.ts'

/** bin/run.js answers the completion scripts itself, which is quicker. */
export default class Complete extends VaultCommand {
  static override hidden = true
  static override strict = false
  static override summary = 'Answer a completion script: what can stand at the cursor'
  static override usage = 'complete -- WORDS...'

  async run(): Promise<void> {
    process.exitCode = respond(this.argv, this.config.root)
  }
}
