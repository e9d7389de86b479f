import { commandFirst } from './command-first.ts'
import { aliases, commands } from './commands/index.ts'
import { readInstalledParts } from './contributions/installed-parts.ts'
import { StartConfig, type StartPackageJson } from './start-config.ts'

/** Put in by the build. */
declare const PACKAGE_JSON: StartPackageJson

/**
 * The quick way in: runs one of our own commands without loading oclif's plugins. Whatever needs them (help, topics,
 * plugins that hook into oclif, unknown commands) is left to oclif's own way in, oclif.ts.
 * @returns whether the command was run
 */
export async function start(
  argv: readonly string[],
  root: string,
  packageJson: StartPackageJson = PACKAGE_JSON,
): Promise<boolean> {
  const [word = '', ...rest] = commandFirst(argv, isCommand)
  const id = word === '--version' || word === '-V' ? 'version' : (aliases[word] ?? word)
  const load = Object.hasOwn(commands, id) ? commands[id] : undefined
  if (load === undefined) return false
  const config = new StartConfig(root, packageJson)
  if (readInstalledParts(config.dataDir).haveHooks) return false
  const { default: command } = await load()
  if (wantsHelp(command.ownWords(rest))) return false
  command.id = id
  await command.start(rest, config)
  return true
}

/** Whether a word names a command of ours that stands alone, or another name of one. */
const isCommand = (word: string): boolean => Object.hasOwn(commands, aliases[word] ?? word)

/** Whether help is asked for, before the `--` that ends what is ours. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? argv.length : end).some(word => word === '--help' || word === '-h')
}
