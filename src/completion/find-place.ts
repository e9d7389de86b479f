import type { CommandData, Commands, FlagData } from './command-data.ts'

/** What can stand at the cursor. */
export type Place =
  | { readonly kind: 'command'; readonly path: readonly string[]; readonly command?: CommandData }
  | { readonly kind: 'flag'; readonly command?: CommandData; readonly given: ReadonlySet<string> }
  /** @param inline what stands in front of the value in the same word: `--region=` */
  | { readonly kind: 'value'; readonly command?: CommandData; readonly flag: FlagData; readonly inline: string }
  | {
      readonly kind: 'argument'
      readonly command: CommandData
      readonly before: readonly string[]
      readonly isBare: boolean
    }
  /** Something that we know nothing of. */
  | { readonly kind: 'nothing' }
  /** @param first where in the words the program begins that is started */
  | { readonly kind: 'program'; readonly first: number }

/** Names of flags that need no value, in front of a command. */
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['debug', 'json', 'help', 'version'])

/** Whether a command runs a program: from its second argument, or `--`, on, every word is the program's. */
const runsProgram = (command: CommandData): boolean => command.id === 'exec'

/**
 * What can stand at the cursor, which is at the end of the last word. Pure.
 * @param words what stands behind `aws-vault`, without quotes
 */
export function findPlace(words: readonly string[], commands: Commands): Place {
  const current = words.at(-1) ?? ''
  const last = words.length - 1
  const ids = idsOf(commands)
  const given = new Set<string>()
  let command: CommandData | undefined
  let path: string[] = []
  let before: string[] = []
  let isEnded = false
  let isFixed = false

  for (let index = 0; index < last; index++) {
    const word = words[index] as string
    if (isEnded) {
      before.push(word)
    } else if (word === '--') {
      if (command !== undefined && runsProgram(command)) return { kind: 'program', first: index + 1 }
      isEnded = true
    } else if (word.startsWith('-') && word !== '-') {
      isFixed = command !== undefined
      const flag = valueFlag(word, command, commands)
      for (const name of namesOf(word, command, commands)) given.add(name)
      if (flag === undefined) continue
      if (index + 1 === last) return { kind: 'value', flag, inline: '', ...(command && { command }) }
      index++
    } else if (!isFixed && before.length === 0 && isCommandWord(ids, [...path, word])) {
      path = [...path, word]
      command = commandOf(commands, path.join(':')) ?? command
    } else {
      if (command === undefined) return { kind: 'nothing' }
      if (runsProgram(command) && before.length === 1) return { kind: 'program', first: index }
      before = [...before, word]
    }
  }

  if (!isEnded && current.startsWith('-')) {
    const [inline, name] = /^--([^=]+)=/.exec(current) ?? []
    if (inline === undefined) return { kind: 'flag', given, ...(command && { command }) }
    const flag = flagsOf(command, commands).find(each => each.name === name && each.type === 'option')
    return flag === undefined ? { kind: 'nothing' } : { kind: 'value', flag, inline, ...(command && { command }) }
  }
  const isTopic = ids.some(id => id.startsWith(`${path.join(':')}:`))
  if (command === undefined || (isTopic && !isFixed && !isEnded && before.length === 0)) {
    return { kind: 'command', path, ...(command && { command }) }
  }
  if (runsProgram(command) && before.length === 1) return { kind: 'program', first: last }
  return { kind: 'argument', command, before, isBare: !isEnded }
}

/** The flags of a command, or those that may stand in front of one. Pure. */
export function flagsOf(command: CommandData | undefined, commands: Commands): readonly FlagData[] {
  if (command !== undefined) return Object.values(command.flags ?? {})
  // What all commands of ours have, which version has alone.
  return Object.values(commands.version?.flags ?? {})
}

/** A command by its id or another name of it. Pure. */
export function commandOf(commands: Commands, id: string): CommandData | undefined {
  if (Object.hasOwn(commands, id)) return commands[id]
  return Object.values(commands).find(({ aliases }) => aliases?.includes(id))
}

const idsOf = (commands: Commands): readonly string[] =>
  Object.entries(commands).flatMap(([id, { aliases }]) => [id, ...(aliases ?? [])])

/** Whether words are a command, or the beginning of some. */
const isCommandWord = (ids: readonly string[], path: readonly string[]): boolean => {
  const id = path.join(':')
  return ids.some(known => known === id || known.startsWith(`${id}:`))
}

/** The flag of a word that takes the next word as its value. */
function valueFlag(word: string, command: CommandData | undefined, commands: Commands): FlagData | undefined {
  const flags = flagsOf(command, commands)
  if (word.startsWith('--')) {
    const name = word.slice(2)
    if (word.includes('=')) return undefined
    const flag = flags.find(each => each.name === name || each.aliases?.includes(name))
    if (flag !== undefined) return flag.type === 'option' ? flag : undefined
    // In front of a command there may be any of its flags.
    return command === undefined && !WITHOUT_VALUE.has(name) ? { name, type: 'option' } : undefined
  }
  // The first of some short flags that takes a value takes the rest of the word, if there is one.
  const shorts = [...word.slice(1)].map(char => flags.find(flag => flag.char === char))
  const at = shorts.findIndex(flag => flag?.type === 'option')
  return at !== -1 && at === shorts.length - 1 ? shorts[at] : undefined
}

/** The names of the flags in a word. */
function namesOf(word: string, command: CommandData | undefined, commands: Commands): string[] {
  if (word.startsWith('--')) {
    const name = word.slice(2).replace(/=.*$/s, '')
    return [name, name.replace(/^no-/, '')]
  }
  const flags = flagsOf(command, commands)
  return [...word.slice(1)].flatMap(char => flags.find(flag => flag.char === char)?.name ?? [])
}
