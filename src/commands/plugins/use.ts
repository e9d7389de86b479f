import { readFileSync } from 'node:fs'
import { KINDS, type Kind, VaultError } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import { VaultCommand } from '../../command.ts'
import { BUILT_IN } from '../../contributions/choose-part.ts'
import { Contributions } from '../../contributions/contributions.ts'
import { settingsPath, withChoice } from '../../settings/settings-file.ts'
import { writePrivateFile } from '../../settings/write-private-file.ts'

const singulars = KINDS.map(kind => kind.slice(0, -1))

export default class PluginsUse extends VaultCommand {
  static override summary = 'Choose which package a keyring, provider, exposure or prompt comes from'
  static override description =
    'A part that came with aws-vault stays in force until you choose another one, whatever is installed.'
  static override examples = [
    '<%= config.bin %> plugins use keyring file=@acme/aws-vault-plugin',
    '<%= config.bin %> plugins use keyring file=built-in',
  ]
  static override args = {
    kind: Args.string({ description: 'kind of the part', required: true, options: singulars }),
    choice: Args.string({ description: 'NAME=PACKAGE, or NAME=built-in', required: true }),
  }

  async run(): Promise<void> {
    const { args, container } = await this.open(PluginsUse)
    const kind = `${args.kind}s` as Kind
    const [, name, packageName] = /^([^=]+)=(.+)$/.exec(args.choice) ?? []
    if (name === undefined || packageName === undefined) {
      throw new VaultError('ERR_USAGE', `"${args.choice}" does not say which package`, {
        hint: `aws-vault plugins use ${args.kind} file=@acme/aws-vault-plugin`,
        facts: { exitCode: 2 },
      })
    }
    const { installed, directories } = container.world
    const back = packageName === BUILT_IN
    // Going back needs nothing to go back to: the plugin may be gone whose own part it was.
    const from = back ? undefined : new Contributions(installed, { [kind]: { [name]: packageName } }).part(kind, name)
    const path = settingsPath(directories.config)
    await container.withLock('settings', async () => {
      await writePrivateFile(path, withChoice(textOf(path), kind, name, back ? undefined : packageName))
    })
    const whence =
      from === undefined
        ? 'is no longer taken from a plugin of your choice'
        : `comes from ${from.packageName} ${from.packageVersion}`
    this.log(`The ${args.kind} "${name}" ${whence} from now on.`)
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
