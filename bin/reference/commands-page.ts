/** docs/commands.md: every command, from the manifests. Pure. */
import { EXIT_CODES, SPECIAL_EXIT_CODES } from './exit-codes.ts'
import { isOurs, type ManifestCommand, type ManifestFlag } from './manifest-command.ts'
import { code, table } from './table.ts'

/** Groups of flags that many commands share; they are told once, at the end. */
const SHARED: readonly (readonly [group: string, title: string, text: string])[] = [
  ['GLOBAL', 'Flags of every command', 'They may also stand in front of the command.'],
  ['KEYRING', 'Flags of keyrings', 'On every command; each counts for the keyring that it is named for.'],
  ['PROMPT', 'Flags of prompts', 'On every command.'],
  ['PROVIDER', 'Flags of providers', 'On every command that gets credentials.'],
  ['EXPOSURE', 'Flags of exposures', 'On every command that hands credentials to programs.'],
]

/**
 * The page.
 * @param commands in any order; hidden ones are left out
 * @param settings the names that the settings file knows
 */
export function commandsPage(commands: readonly ManifestCommand[], settings: ReadonlySet<string>): string {
  const shown = commands.filter(({ hidden }) => !hidden).sort((a, b) => (a.id < b.id ? -1 : 1))
  const shared = new Map<string, Map<string, ManifestFlag>>(SHARED.map(([group]) => [group, new Map()]))
  const ours = shown.filter(isOurs)
  for (const flag of ours.flatMap(({ flags }) => Object.values(flags))) {
    const isEverywhere = ours.every(({ flags }) => flags[flag.name] !== undefined)
    if (flag.helpGroup !== 'GLOBAL' || isEverywhere) shared.get(flag.helpGroup ?? '')?.set(flag.name, flag)
  }
  const parts = [
    '# Commands',
    'Made from the commands themselves by `npm run build`. `aws-vault COMMAND --help` says the same. In the column of settings stands what a flag is ' +
      'called in [settings.ini](settings.md).',
    table(
      ['Command', 'What it does'],
      shown.map(command => [
        `[${code(nameOf(command))}](#${nameOf(command).replaceAll(' ', '-')})`,
        summaryOf(command),
      ]),
    ),
    ...shown.map(command => section(command, shared, settings)),
    ...SHARED.flatMap(([group, title, text]) => [
      `## ${title}`,
      text,
      flagTable([...(shared.get(group)?.values() ?? [])], settings),
    ]),
    '## Exit codes',
    table(['Code', ''], EXIT_CODES),
    'With `--json`, where a command has it, a failure is printed as data with its [error code](errors.md).',
  ]
  return `${parts.join('\n\n')}\n`
}

function section(
  command: ManifestCommand,
  shared: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  settings: ReadonlySet<string>,
): string {
  const all = Object.values(command.flags).filter(({ hidden }) => !hidden)
  const own = all.filter(({ helpGroup, name }) => !shared.get(helpGroup ?? '')?.has(name))
  const groups = SHARED.filter(([group]) =>
    all.some(({ helpGroup, name }) => helpGroup === group && shared.get(group)?.has(name)),
  )
  const args = Object.values(command.args)
  const special = SPECIAL_EXIT_CODES[command.id]
  const parts = [
    `## ${nameOf(command)}`,
    `${sentence(summaryOf(command))}${command.aliases.length > 0 ? ` Also: ${command.aliases.map(alias => code(spaced(alias))).join(', ')}.` : ''}`,
    // What others say of their commands in general need not hold here.
    ...(isOurs(command) && command.description ? [filled(command.description, command)] : []),
    `\`\`\`text\naws-vault ${usageOf(command)}\n\`\`\``,
    ...(args.length > 0
      ? [
          table(
            ['Argument', ''],
            args.map(({ name, description = '', options }) => [
              code(name.toUpperCase()),
              described(description, options),
            ]),
          ),
        ]
      : []),
    ...(own.length > 0 ? [flagTable(own, settings)] : []),
    ...(groups.length > 0
      ? [
          `And ${groups.map(([, title]) => `[${title.toLowerCase()}](#${title.toLowerCase().replaceAll(' ', '-')})`).join(', ')}.`,
        ]
      : []),
    ...(special === undefined ? [] : [`Exit code: ${special}`]),
    ...(isOurs(command) && command.examples ? [examples(command)] : []),
  ]
  return parts.join('\n\n')
}

function flagTable(flags: readonly ManifestFlag[], settings: ReadonlySet<string>): string {
  const rows = flags
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(flag => {
      const { text, variable } = withoutVariable(flag.summary ?? flag.description ?? '')
      return [
        flagName(flag),
        variable === undefined ? '' : code(variable),
        settings.has(flag.name) ? code(flag.name) : '',
        described(text, flag.options, flag),
      ]
    })
  const heads = ['Flag', 'Variable', 'Setting', 'What it does']
  // Columns that would be empty are left out.
  const used = heads.map((_, column) => column === 0 || column === 3 || rows.some(cells => cells[column] !== ''))
  const kept = (cells: readonly string[]): string[] => cells.filter((_, column) => used[column])
  return table(kept(heads), rows.map(kept))
}

function flagName({ name, char, type, allowNo, helpValue }: ManifestFlag): string {
  const long = allowNo ? `--[no-]${name}` : `--${name}`
  const value = type === 'option' ? ` ${helpValue ?? '<value>'}` : ''
  return char === undefined ? code(long + value) : `${code(`-${char}`)}, ${code(long + value)}`
}

function described(text: string, options?: readonly string[], flag?: ManifestFlag): string {
  const extras = [
    ...(options ? [`one of ${options.map(code).join(', ')}`] : []),
    ...(flag?.multiple && !/times|repeat/.test(text) ? ['may be repeated'] : []),
    ...(flag?.required ? ['required'] : []),
    ...(flag?.type === 'option' && flag.default !== undefined ? [`${code(String(flag.default))} if absent`] : []),
  ]
  return [text.replace(/\.$/, ''), ...extras].filter(part => part !== '').join('; ')
}

/** The variable of an option stands at the end of its summary (src/part-flags.ts). */
export function withoutVariable(summary: string): { text: string; variable: string | undefined } {
  const [, text = summary, variable] = /^(.*?) \[([A-Z_0-9]+)\]$/.exec(summary) ?? []
  return { text, variable }
}

function examples(command: ManifestCommand): string {
  const lines = (command.examples ?? []).map(example => filled(example, command))
  return `\`\`\`sh\n${lines.filter(line => !line.startsWith('credential_process')).join('\n')}\n\`\`\``
}

function usageOf(command: ManifestCommand): string {
  if (command.usage !== undefined) return spaced(filled(command.usage, command))
  const words = Object.values(command.args).map(({ name, required }) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  )
  const many = command.strict === false ? '...' : ''
  return [nameOf(command), words.join(' ') + many, '[FLAGS]'].filter(Boolean).join(' ')
}

function filled(text: string, command: ManifestCommand): string {
  const done = text.replaceAll('<%= config.bin %>', 'aws-vault').replaceAll('<%= command.id %>', nameOf(command))
  if (done.includes('<%')) throw new Error(`${command.id}: the reference does not know this template: ${done}`)
  return done.trim()
}

const spaced = (id: string): string => id.replaceAll(/(?<=\w):(?=\w)/g, ' ')
const nameOf = ({ id }: ManifestCommand): string => spaced(id)
const summaryOf = (command: ManifestCommand): string =>
  filled(command.summary ?? command.description?.split('\n')[0] ?? '', command).replace(/\.$/, '')
const sentence = (text: string): string => `${text}.`
