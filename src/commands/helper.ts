import { KINDS, type Kind } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import { VaultCommand } from '../command.ts'
import { runHelper } from '../helper/run-helper.ts'

/** The other end of `PartContext.startHelper`. Nobody types it. */
export default class Helper extends VaultCommand {
  static override summary = 'Do what a part wants done in a process of its own'
  static override hidden = true
  static override args = {
    kind: Args.string({ required: true, options: [...KINDS] }),
    name: Args.string({ required: true }),
  }

  async run(): Promise<void> {
    const { args, container } = await this.open(Helper)
    await runHelper(container, args.kind as Kind, args.name)
  }
}
