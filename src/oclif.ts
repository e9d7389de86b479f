import type { Command } from '@oclif/core'
import * as handle from '@oclif/core/handle'
import * as main from '@oclif/core/run'
import { commandFirst } from './command-first.ts'
import Add from './commands/add.ts'
import Audit from './commands/audit.ts'
import Clear from './commands/clear.ts'
import Complete from './commands/complete.ts'
import Completion from './commands/completion.ts'
import Doctor from './commands/doctor.ts'
import Exec from './commands/exec.ts'
import Export from './commands/export.ts'
import Helper from './commands/helper.ts'
import List from './commands/list.ts'
import Lock from './commands/lock.ts'
import Login from './commands/login.ts'
import Migrate from './commands/migrate.ts'
import PluginsParts from './commands/plugins/parts.ts'
import PluginsUse from './commands/plugins/use.ts'
import PromptSegment from './commands/prompt-segment.ts'
import Refresh from './commands/refresh.ts'
import Remove from './commands/remove.ts'
import Rotate from './commands/rotate.ts'
import ServerDetached from './commands/server/detached.ts'
import ServerStart from './commands/server/start.ts'
import ServerStatus from './commands/server/status.ts'
import ServerStop from './commands/server/stop.ts'
import SsoConfigure from './commands/sso/configure.ts'
import SsoList from './commands/sso/list.ts'
import SsoLogin from './commands/sso/login.ts'
import Unlock from './commands/unlock.ts'
import Update from './commands/update.ts'
import Version from './commands/version.ts'

export { VaultHelp } from './help.ts'

/** All our commands, as oclif looks them up (package.json: `oclif.commands`). */
export const COMMANDS: Readonly<Record<string, Command.Class>> = {
  add: Add,
  audit: Audit,
  clear: Clear,
  complete: Complete,
  completion: Completion,
  doctor: Doctor,
  exec: Exec,
  export: Export,
  helper: Helper,
  list: List,
  lock: Lock,
  login: Login,
  migrate: Migrate,
  'plugins:parts': PluginsParts,
  'plugins:use': PluginsUse,
  'prompt-segment': PromptSegment,
  refresh: Refresh,
  remove: Remove,
  rotate: Rotate,
  'server:detached': ServerDetached,
  'server:start': ServerStart,
  'server:status': ServerStatus,
  'server:stop': ServerStop,
  'sso:configure': SsoConfigure,
  'sso:list': SsoList,
  'sso:login': SsoLogin,
  unlock: Unlock,
  update: Update,
  version: Version,
}

/** oclif's own way in: with help, topics, and the commands and hooks of all plugins. */
export async function run(argv: string[], root: string): Promise<void> {
  try {
    await main.run([...commandFirst(argv, word => Object.hasOwn(COMMANDS, word))], { root })
  } catch (error) {
    await handle.handle(error as Error)
  }
}
