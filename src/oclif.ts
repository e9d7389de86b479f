import type { Command } from '@oclif/core'
import * as handle from '@oclif/core/handle'
import * as main from '@oclif/core/run'
import Add from './commands/add.ts'
import Clear from './commands/clear.ts'
import Exec from './commands/exec.ts'
import Export from './commands/export.ts'
import List from './commands/list.ts'
import PluginsUse from './commands/plugins/use.ts'
import PromptSegment from './commands/prompt-segment.ts'
import Refresh from './commands/refresh.ts'
import Remove from './commands/remove.ts'
import ServerDetached from './commands/server/detached.ts'
import ServerStart from './commands/server/start.ts'
import ServerStatus from './commands/server/status.ts'
import ServerStop from './commands/server/stop.ts'
import SsoList from './commands/sso/list.ts'
import SsoLogin from './commands/sso/login.ts'
import Version from './commands/version.ts'

export { VaultHelp } from './help.ts'

/** All our commands, as oclif looks them up (package.json: `oclif.commands`). */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  add: Add,
  clear: Clear,
  exec: Exec,
  export: Export,
  list: List,
  'plugins:use': PluginsUse,
  'prompt-segment': PromptSegment,
  refresh: Refresh,
  remove: Remove,
  'server:detached': ServerDetached,
  'server:start': ServerStart,
  'server:status': ServerStatus,
  'server:stop': ServerStop,
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
