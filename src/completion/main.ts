import { appendFileSync, writeSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { installedPlugins, readInstalledParts } from '../contributions/installed-parts.ts'
import { serverStateDirectories } from '../segment/main.ts'
import { readBashLine } from './bash-line.ts'
import { type Commands, readCommands } from './command-data.ts'
import { type Answer, complete, type Topics } from './complete.ts'
import { readFishLine } from './fish-line.ts'
import { ownValues } from './own-values.ts'
import { partFlagData } from './part-flag-data.ts'
import { printPlain, printZsh } from './plain-words.ts'
import { printPowershell, readPowershellWords } from './powershell-words.ts'

/** Put in by the build: the commands of oclif's own plugins that come with us, and our topics. */
declare const CORE_COMMANDS: Commands | undefined
declare const TOPICS: Topics | undefined

/**
 * Answers a completion script. A bundle of its own, since it runs at every press of Tab: it loads neither oclif nor
 * anything that talks. Never says anything to the user, for whatever is written stands in the middle of a line that is
 * being typed; AWS_VAULT_COMPLETION_LOG names a file for what went wrong.
 * @param argv `bash WORDBREAKS LINE`, `fish LINE`, `powershell BASE64`, `zsh -- WORDS...`, or `-- WORDS...`
 * @param root where our manifest lies
 * @returns the exit code
 */
export function respond(argv: readonly string[], root: string): number {
  try {
    write(print(argv, root))
    return 0
  } catch (error) {
    const { AWS_VAULT_COMPLETION_LOG } = process.env
    if (AWS_VAULT_COMPLETION_LOG) logTo(AWS_VAULT_COMPLETION_LOG, error as Error)
    return 1
  }
}

/** Without Node's streams, which take time to set up. */
function write(text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      // Somebody made the pipe one that does not wait.
      process.stdout.write(bytes.subarray(written))
      return
    }
  }
}

function print([shell = '', ...rest]: readonly string[], root: string): string {
  const of = (words: readonly string[]): Answer => answerFor(words, root)
  switch (shell) {
    case 'bash': {
      const [breaks = '', line = ''] = rest
      const read = readBashLine(line, breaks)
      return read.print(of(read.words))
    }
    case 'fish': {
      const read = readFishLine(rest[0] ?? '')
      return read.print(of(read.words))
    }
    case 'powershell': {
      const words = readPowershellWords(rest[0] ?? '')
      return printPowershell(of(words), words.at(-1) ?? '')
    }
    case 'zsh':
    case '--': {
      const words = shell === 'zsh' ? rest.slice(1) : rest
      return (shell === 'zsh' ? printZsh : printPlain)(of(words), words.at(-1) ?? '')
    }
    default:
      throw new Error(`no such form: complete ${shell}`)
  }
}

function answerFor(words: readonly string[], root: string): Answer {
  const { environment, homeDirectory, dataDirectory } = surroundings()
  const installed = () => readInstalledParts(dataDirectory)
  const plugins = installedPlugins(dataDirectory)
  const own = { ...coreCommands(), ...readCommands(root) }
  const commands = plugins.length === 0 ? own : withPlugins(own, plugins, installed)
  const values = ownValues(words, {
    environment,
    homeDirectory,
    platform: process.platform,
    runDirectories: serverStateDirectories(),
    installed,
    installedPlugins: () => plugins.map(({ name }) => name),
    now: Date.now(),
  })
  return complete(words, commands, values, typeof TOPICS === 'undefined' ? {} : TOPICS)
}

/** Our commands with the flags of installed parts, and the plugins' own. Ours win, as at start. */
function withPlugins(
  own: Commands,
  plugins: readonly { readonly root: string }[],
  installed: () => ReturnType<typeof readInstalledParts>,
): Commands {
  const further = partFlagData(installed().parts)
  const ours = Object.entries(own).map(([id, command]) => [id, { ...command, flags: { ...further, ...command.flags } }])
  return { ...Object.assign({}, ...plugins.map(({ root }) => readCommands(root))), ...Object.fromEntries(ours) }
}

const coreCommands = (): Commands => (typeof CORE_COMMANDS === 'undefined' ? {} : CORE_COMMANDS)

/** The directories as start-config.ts finds them, without oclif. */
export function surroundings(): {
  environment: NodeJS.ProcessEnv
  homeDirectory: string
  dataDirectory: string
} {
  const environment = process.env
  const { HOME, HOMEDRIVE, HOMEPATH, USERPROFILE, XDG_DATA_HOME, LOCALAPPDATA, AWS_VAULT_DATA_DIR } = environment
  const isWindows = process.platform === 'win32'
  const windowsHome = HOMEDRIVE && HOMEPATH ? join(HOMEDRIVE, HOMEPATH) : USERPROFILE
  const homeDirectory = HOME || (isWindows && windowsHome) || homedir()
  const data = XDG_DATA_HOME || (isWindows && LOCALAPPDATA) || join(homeDirectory, '.local', 'share')
  return { environment, homeDirectory, dataDirectory: AWS_VAULT_DATA_DIR || join(data, 'aws-vault') }
}

/** The error, and nothing of the line: there may be a secret in it. */
function logTo(file: string, { name, message, stack }: Error): void {
  try {
    appendFileSync(file, `${new Date().toISOString()} ${stack ?? `${name}: ${message}`}\n`, { mode: 0o600 })
  } catch {
    // It was for the curious.
  }
}
