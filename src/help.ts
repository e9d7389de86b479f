import { KINDS } from '@aws-vault/plugin-sdk'
import type { Command } from '@oclif/core'
import { Help } from '@oclif/core/help'
import { commands } from './commands/index.ts'
import { readInstalledParts } from './contributions/installed-parts.ts'
import { partFlags } from './part-flags.ts'

/** oclif's help, and in it the flags that installed plugins' parts declare. */
export class VaultHelp extends Help {
  override formatCommand(command: Command.Loadable): string {
    if (!Object.hasOwn(commands, command.id)) return super.formatCommand(command)
    const { parts } = readInstalledParts(this.config.dataDir)
    const flags = Object.entries(partFlags(KINDS, parts)).map(([name, flag]) => [name, { ...flag, name }])
    return super.formatCommand({ ...command, flags: { ...Object.fromEntries(flags), ...command.flags } })
  }
}
