import type { Command } from '@oclif/core'
import * as handle from '@oclif/core/handle'
import * as main from '@oclif/core/run'
import Add from './commands/add.ts'
import Clear from './commands/clear.ts'
import Doctor from './commands/doctor.ts'
import Exec from './commands/exec.ts'
import Export from './commands/export.ts'
import List from './commands/list.ts'
import Migrate from './commands/migrate.ts'
import PluginsParts from './commands/plugins/parts.ts'
import PluginsUse from './commands/plugins/use.ts'
import Remove from './commands/remove.ts'
import SsoList from './commands/sso/list.ts'
import SsoLogin from './commands/sso/login.ts'
import Version from './commands/version.ts'

export { VaultHelp } from './help.ts'

/** All our commands, as oclif looks them up (package.json: `oclif.commands`). */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  add: Add,
  clear: Clear,
  doctor: Doctor,
  exec: Exec,
  export: Export,
  list: List,
  migrate: Migrate,
  'plugins:parts': PluginsParts,
  'plugins:use': PluginsUse,
  remove: Remove,
  'sso:list': SsoList,
  'sso:login': SsoLogin,
  version: Version,
}

/** oclif's own way in: with help, topics, and the commands and hooks of all plugins. */
export async function run(argv: string[], root: string): Promise<void> {
  try {
    await main.run(argv, { root })
  } catch (error) {
    await handle.handle(error as Error)
  }
}
