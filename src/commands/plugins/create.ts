import { join, relative, resolve } from 'node:path'
import { KINDS } from '@aws-vault/plugin-sdk'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { VaultCommand } from '../../command.ts'
import { readFiles, writeNewFolder } from '../../plugin-template/plugin-folder.ts'
import { pluginNames } from '../../plugin-template/plugin-name.ts'
import { renderPlugin } from '../../plugin-template/render-plugin.ts'

const singulars = KINDS.map(kind => kind.slice(0, -1))

/** The folder that was made, for `--json`. */
export interface CreatedPlugin {
  readonly folder: string
  readonly package: string
  readonly files: readonly string[]
}

export default class PluginsCreate extends VaultCommand {
  static override summary = 'Write a new plugin, which works and has its tests, to begin with'
  static override description =
    'Makes one folder, and changes nothing that is there. The guide is docs/writing-a-plugin.md.'
  static override examples = [
    '<%= config.bin %> plugins create keyring my-store',
    '<%= config.bin %> plugins create provider broker --scope @acme --folder ~/src/broker',
  ]
  static override enableJsonFlag = true
  static override args = {
    kind: Args.string({ description: 'what it shall be', required: true, options: singulars }),
    name: Args.string({ description: 'its name, such as my-store', required: true }),
  }
  static override flags = {
    folder: Flags.string({ summary: "the folder to make; the package's name without its scope if absent" }),
    scope: Flags.string({ summary: 'the scope of its npm package, such as @acme' }),
  }

  async run(): Promise<CreatedPlugin> {
    const { args, flags, container } = await this.open(PluginsCreate)
    const names = pluginNames(args.kind, args.name, flags.scope)
    const folder = resolve(flags.folder ?? (names.package.split('/').at(-1) as string))
    const { contributions } = await container.settings()
    const templates = join(this.config.root, 'templates', 'plugin')
    const [common, ofKind] = await Promise.all([
      readFiles(join(templates, 'common')),
      readFiles(join(templates, args.kind)),
    ])
    const files = renderPlugin(common, ofKind, names)
    await writeNewFolder(folder, files)
    const shown = relative('', folder).startsWith('..') ? folder : relative('', folder)
    this.log(`Made ${shown}, the package ${names.package}. What to type next:`)
    const isTaken = contributions.parts.some(part => part.kind === `${args.kind}s` && part.name === args.name)
    const next = [
      `cd ${/^[\w./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`}`,
      'npm install',
      'npm test',
      'aws-vault plugins link .',
      // The name is somebody else's until the user decides.
      ...(isTaken ? [`aws-vault plugins use ${args.kind} ${args.name}=${names.package}`] : []),
    ]
    for (const line of next) this.log(`  ${line}`)
    return { folder, package: names.package, files: Object.keys(files).sort() }
  }
}
