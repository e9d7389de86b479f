import { isVaultError } from '@aws-vault/plugin-sdk'
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
import PluginsCreate from './commands/plugins/create.ts'
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
import { Redactor } from './output/redactor.ts'
import { describeError, printError } from './output/report-error.ts'
import { runWithPlugins } from './plugins-command.ts'
import { StartConfig, type StartPackageJson } from './start-config.ts'

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
  'plugins:create': PluginsCreate,
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

/** Put in by the build. */
declare const PACKAGE_JSON: StartPackageJson

/** oclif's own way in: with help, topics, and the commands and hooks of all plugins. */
export async function run(argv: string[], root: string, packageJson = PACKAGE_JSON): Promise<void> {
  const words = [...commandFirst(argv, word => Object.hasOwn(COMMANDS, word))]
  try {
    await runWithPlugins(words, new StartConfig(root, packageJson), config => main.run(words, config))
  } catch (error) {
    if (!isVaultError(error)) return handle.handle(error as Error)
    const report = describeError(error, new Redactor(), 'aws-vault')
    printError(error, report, new Redactor(), argv.includes('--debug') || process.env.DEBUG !== undefined)
    process.exitCode = report.exitCode
  }
}
