/** The commands that the documentation shows, as a person would copy them. */
import { spawnSync } from 'node:child_process'
import MarkdownIt from 'markdown-it'
import { parse as parseYaml } from 'yaml'

/** Commands that are typed one after the other, in one shell. */
export interface DocumentedBlock {
  readonly file: string
  /** Of the block's first line, counted from 1. */
  readonly line: number
  readonly shell: 'bash' | 'fish' | 'powershell'
  readonly commands: readonly string[]
  /** What a console block shows beneath its commands. */
  readonly output: readonly string[]
}

const OURS = /(?:^|[\s"'`(<|;&=])aws-vault(?=\s|$|["')])/

/** Blocks of code that start us, whatever language they are in. */
export function documentedBlocks(file: string, text: string): DocumentedBlock[] {
  const tokens = new MarkdownIt().parse(text, {})
  return tokens.flatMap(({ type, info, content, map }) => {
    if (type !== 'fence' && type !== 'code_block') return []
    const [language = ''] = info.trim().split(' ')
    const found = { file, line: (map?.[0] ?? 0) + 1, output: outputOf(language, content) }
    const [shell, commands] = commandsOf(language, content)
    return commands.some(command => OURS.test(command)) ? [{ ...found, shell, commands }] : []
  })
}

/** Every `aws-vault COMMAND --flag` that stands in running text or a table. */
export function mentionedCommands(text: string): string[] {
  const tokens = new MarkdownIt().parse(text, {})
  const inline = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'code_inline')
  return inline.map(({ content }) => content).filter(content => content.startsWith('aws-vault '))
}

function commandsOf(language: string, content: string): [DocumentedBlock['shell'], string[]] {
  const lines = content.split('\n')
  switch (language) {
    case 'console':
      return ['bash', lines.flatMap(line => (line.startsWith('$ ') ? [line.slice(2)] : []))]
    case 'sh':
    case 'bash':
    case 'zsh':
      return ['bash', wholeCommands(lines)]
    case 'fish':
      return ['fish', lines.filter(line => line.trim() !== '')]
    case 'powershell':
      return ['powershell', lines.filter(line => line.trim() !== '')]
    case 'json':
      return ['bash', stringsOf(JSON.parse(content)).filter(isCommandLine)]
    case 'yaml':
      return [
        'bash',
        stringsOf(parseYaml(content))
          .flatMap(text => text.split('\n'))
          .filter(isCommandLine),
      ]
    case 'ini':
    case 'toml':
      return ['bash', lines.flatMap(embedded)]
    case '': {
      const inConfig = lines.flatMap(embedded)
      return ['bash', inConfig.length > 0 ? inConfig : wholeCommands(lines)]
    }
    default:
      return ['bash', []]
  }
}

/** `key = aws-vault ...`, with quotes or without. */
const embedded = (line: string): string[] => /^\s*[\w.]+\s*=\s*"?(aws-vault [^"]*)/.exec(line)?.slice(1) ?? []

const isCommandLine = (text: string): boolean => OURS.test(text)

/** All strings of a value; `{ command, args }` or `{ path, args }`, as programs are named in JSON, as one line. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  const { path, command = path, args, ...rest } = value as { path?: unknown; command?: unknown; args?: unknown }
  if (typeof command === 'string' && Array.isArray(args)) {
    const quoted = args.map(arg => (/^[\w./:=@-]+$/.test(arg) ? arg : `'${arg}'`))
    return [[command, ...quoted].join(' '), ...stringsOf(rest)]
  }
  return Object.values(value).flatMap(stringsOf)
}

/** Lines, those of one command together: what stands on several is whole when bash can read it. */
function wholeCommands(lines: readonly string[]): string[] {
  const commands: string[] = []
  let open = ''
  for (const line of lines) {
    const text = open === '' ? line : `${open}\n${line}`
    const isOpen = /\\$/.test(line) || (/[{('"<]|\b(?:do|then)$|[{(]$/.test(text) && !isWhole(text))
    open = isOpen ? text : ''
    if (!isOpen && text.trim() !== '' && !text.trim().startsWith('#')) commands.push(text)
  }
  return open === '' ? commands : [...commands, open]
}

/** A document behind `<<` that has not ended is a warning to bash. */
const isWhole = (text: string): boolean => {
  const { status, stderr } = spawnSync('bash', ['-n', '-c', text])
  return status === 0 && stderr.length === 0
}

const outputOf = (language: string, content: string): string[] =>
  language === 'console' ? content.split('\n').filter(line => line !== '' && !line.startsWith('$ ')) : []
