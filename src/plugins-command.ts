import { join } from 'node:path'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'
import { Config } from '@oclif/core/config'
import { builtInParts } from './contributions/built-in.generated.ts'
import { changeGeneration } from './contributions/change-generation.ts'
import { Contributions } from './contributions/contributions.ts'
import { describePluginChange, newProblem } from './contributions/describe-plugin-change.ts'
import { readPluginsIn } from './contributions/installed-parts.ts'
import { pluginsDirectory } from './contributions/plugins-directory.ts'
import { programEnvironment } from './exec/child-environment.ts'
import { withFileLock } from './locks/file-lock.ts'
import { writeStderr } from './output/logger.ts'

/** oclif's commands that change what is installed, by all their names, and what becomes of the plugins as they were. */
const changes: Readonly<Record<string, 'keep' | 'remove'>> = {
  install: 'keep',
  add: 'keep',
  update: 'keep',
  link: 'keep',
  uninstall: 'remove',
  unlink: 'remove',
  remove: 'remove',
  reset: 'remove',
}

/** Those that bring code from elsewhere: what does not fit does not come in. A folder that is linked is worked on. */
const deliveries: ReadonlySet<string> = new Set(['install', 'add', 'update'])

const wantsHelp = (words: readonly string[]): boolean => words.some(word => word === '--help' || word === '-h')

/**
 * Runs a command line by oclif's own way in. What it knows of plugins lies in its "data directory": it is shown the
 * generation in use, or, for a command that changes plugins, a copy that takes its place afterwards.
 * @param main runs oclif on a command line, with its plugins in the data directory of the environment, or as loaded
 */
export async function runWithPlugins(
  words: readonly string[],
  { root, cacheDir, dataDir }: Pick<Config, 'root' | 'cacheDir' | 'dataDir'>,
  main: (config: Config | { root: string }) => Promise<unknown>,
): Promise<void> {
  const [first = '', second = ''] = words.length > 0 ? [...(words[0] ?? '').split(':'), ...words.slice(1)] : []
  const outcome = first === 'plugins' && Object.hasOwn(changes, second) ? changes[second] : undefined
  if (outcome !== undefined && !wantsHelp(words)) {
    const onWait = () => writeStderr('aws-vault: waiting for another aws-vault that changes plugins')
    const task = () => change(second, outcome === 'keep', dataDir, () => main({ root }))
    await withFileLock(join(cacheDir, 'locks'), `plugins of ${dataDir}`, task, { onWait })
    return
  }
  const directory = directoryIfReadable(dataDir)
  if (directory === dataDir) {
    await main({ root })
  } else if (first === 'plugins' && (second === '' || second === 'inspect' || second.startsWith('-'))) {
    process.env.AWS_VAULT_DATA_DIR = directory
    await main({ root })
  } else {
    // Only while oclif looks for plugins: our own commands and what they start have the true one.
    const before = process.env.AWS_VAULT_DATA_DIR
    process.env.AWS_VAULT_DATA_DIR = directory
    const config = await Config.load({ root })
    if (before === undefined) delete process.env.AWS_VAULT_DATA_DIR
    else process.env.AWS_VAULT_DATA_DIR = before
    await main(config)
  }
}

async function change(verb: string, keepsOld: boolean, dataDir: string, main: () => Promise<unknown>): Promise<void> {
  const before = readPluginsIn(directoryToChange(verb, dataDir))
  const after = await changeGeneration(dataDir, keepsOld, async directory => {
    hideSecrets(new Contributions(before, {}).secretVariables())
    process.env.AWS_VAULT_DATA_DIR = directory
    try {
      await main()
    } catch (error) {
      throw isUsage(error) ? error : failed(verb, error)
    }
    const changed = readPluginsIn(directory)
    const problem = deliveries.has(verb) ? newProblem(before, changed) : undefined
    if (problem) {
      throw new VaultError('ERR_PLUGINS_UNFIT', `${problem.message}; your plugins are as they were`, {
        hint: `${problem.hint.split(' or remove it')[0]}; or name the version to install: aws-vault plugins install ${problem.packageName}@VERSION`,
        facts: { package: problem.packageName },
      })
    }
    return changed
  })
  for (const line of describePluginChange(before, after, builtInParts)) writeStderr(`aws-vault: ${line}`)
}

/** What cannot be read is reported by each of our commands; nothing else shall fail for it. */
function directoryIfReadable(dataDir: string): string {
  try {
    return pluginsDirectory(dataDir)
  } catch {
    return dataDir
  }
}

function directoryToChange(verb: string, dataDir: string): string {
  try {
    return pluginsDirectory(dataDir)
  } catch (cause) {
    const message = `plugins ${verb} did nothing: ${(cause as Error).message}`
    throw new VaultError('ERR_PLUGINS_CHANGE', message, {
      hint: 'remove that file, and install the plugins again',
      cause,
    })
  }
}

/** Packages may run scripts when they are installed. They are programs like those of `exec`: no secret is in sight. */
function hideSecrets(secretVariables: readonly string[]): void {
  const kept = programEnvironment({ inherited: process.env, secretVariables })
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(kept, name)) delete process.env[name]
}

/** A word that oclif does not understand, or a wish to stop that is no failure. */
const isUsage = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && ('parse' in error || (error as { code?: string }).code === 'EEXIT')

function failed(verb: string, cause: unknown): VaultError {
  if (isVaultError(cause)) return cause
  const [said = ''] = String((cause as Error).message ?? cause).split('\n')
  // oclif shows the whole line with which it ran npm, and takes a registry that does not answer for one without the package.
  const why = / exited with code \d+$/.test(said) ? 'npm failed, and says above why' : said.replace(/\.$/, '')
  return new VaultError('ERR_PLUGINS_CHANGE', `plugins ${verb} did nothing: ${why}`, {
    hint: 'your plugins are as they were. Look at the name, and whether npm reaches its registry (npm ping); then try again',
    cause,
  })
}
