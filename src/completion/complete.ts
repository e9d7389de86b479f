import { type CommandData, type Commands, type FlagData, summaryOf } from './command-data.ts'
import { findPlace, flagsOf } from './find-place.ts'
import { sourceOfArgument, sourceOfFlag, type ValueSource } from './value-source.ts'

/** Something that can stand at the cursor. */
export interface Candidate {
  readonly value: string
  /** What it is, in a line; made only where it is shown. */
  readonly describe?: () => string
}

/** What the shell is to offer. */
export type Answer =
  | { readonly kind: 'values'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'files' }
  /** Whatever completes the program that begins with that word; its name, if that is the last word. */
  | { readonly kind: 'program'; readonly first: number }

/** Where values come from; each is asked only when it is needed. */
export interface Values {
  profiles(): readonly Candidate[]
  ssoSessions(): readonly Candidate[]
  /** Profiles that have their credentials by single sign-on. */
  ssoProfiles(): readonly Candidate[]
  regions(): readonly Candidate[]
  parts(kind: string): readonly Candidate[]
  choices(kind: string): readonly Candidate[]
  plugins(): readonly Candidate[]
  servers(): readonly Candidate[]
  servedProfiles(): readonly Candidate[]
  sessionTypes(): readonly Candidate[]
  consolePages(): readonly Candidate[]
}

/** Words that stand in front of commands, and what they are about. */
export type Topics = Readonly<Record<string, { readonly description?: string }>>

/**
 * What can stand at the cursor, whatever of it is typed already: shells have their own ideas of what matches. Pure but
 * for `values`.
 * @param words what stands behind `aws-vault`, without quotes; the last one is that at the cursor, maybe empty
 */
export function complete(words: readonly string[], commands: Commands, values: Values, topics: Topics = {}): Answer {
  const place = findPlace(words, commands)
  const current = words.at(-1) ?? ''
  switch (place.kind) {
    case 'program':
      return place
    case 'nothing':
      return candidates([])
    case 'command':
      return candidates(nextWords(commands, topics, place.path))
    case 'flag':
      return candidates(flagCandidates(place.command, commands, place.given, current))
    case 'value': {
      const { inline } = place
      const answer = answerOf(sourceOfFlag(place.flag), values, words)
      // The name of a program is completed as a word of its own.
      if (inline === '' || answer.kind === 'files') return answer
      if (answer.kind === 'program') return { kind: 'files' }
      return candidates(answer.candidates.map(each => ({ ...each, value: inline + each.value })))
    }
    case 'argument': {
      if (place.command.id === 'help') return candidates(nextWords(commands, topics, place.before))
      const answer = answerOf(sourceOfArgument(place.command, place.before), values, words)
      if (answer.kind !== 'values' || !place.isBare) return answer
      // What begins with a dash would be taken for flags.
      return candidates(answer.candidates.filter(({ value }) => !value.startsWith('-')))
    }
  }
}

function answerOf(source: ValueSource, values: Values, words: readonly string[]): Answer {
  switch (source?.from) {
    case undefined:
      return candidates([])
    case 'files':
      return { kind: 'files' }
    case 'programs':
      return { kind: 'program', first: words.length - 1 }
    case 'list':
      return candidates(source.values.map(value => ({ value })))
    case 'parts':
      return candidates(values.parts(source.kind))
    case 'choices':
      return candidates(values.choices(source.kind))
    case 'profiles':
      return candidates(values.profiles())
    case 'sso-sessions':
      return candidates(values.ssoSessions())
    case 'sso-names':
      return candidates([...values.ssoSessions(), ...values.ssoProfiles()])
    case 'servers':
      return candidates([...values.servedProfiles(), ...values.servers()])
    case 'served-profiles':
      return candidates(values.servedProfiles())
    case 'plugins':
      return candidates(values.plugins())
    case 'regions':
      return candidates(values.regions())
    case 'session-types':
      return candidates(values.sessionTypes())
    case 'console-pages':
      return candidates(values.consolePages())
  }
}

/** Candidates without those that no line can hold, and each once. */
function candidates(all: readonly Candidate[]): Answer {
  const seen = new Set<string>()
  const kept = all.filter(({ value }) => {
    // Control characters could do things to a terminal.
    if (value === '' || seen.has(value) || /\p{Cc}/u.test(value)) return false
    seen.add(value)
    return true
  })
  return { kind: 'values', candidates: kept }
}

/** The words that can follow some words of a command's name: commands, and topics with commands in them. */
function nextWords(commands: Commands, topics: Topics, path: readonly string[]): Candidate[] {
  const visible = Object.entries(commands).filter(
    ([id, { hidden }]) => hidden !== true && path.every((word, index) => id.split(':')[index] === word),
  )
  return visible.flatMap(([id, command]) => {
    const words = id.split(':')
    const value = words[path.length]
    if (value === undefined) return []
    const topic = topics[words.slice(0, path.length + 1).join(':')]?.description
    return [{ value, describe: () => topic ?? summaryOf(command) }]
  })
}

/** Flags that are not there yet, `--no-` ones where such are looked for, and a short one when it stands there whole. */
function flagCandidates(
  command: CommandData | undefined,
  commands: Commands,
  given: ReadonlySet<string>,
  current: string,
): Candidate[] {
  const open = flagsOf(command, commands).filter(
    ({ name, hidden, multiple }) => hidden !== true && (multiple === true || !given.has(name)),
  )
  const flags = open.flatMap(flag => {
    const describe = (): string => flagSummary(flag)
    const no = flag.allowNo === true && current.startsWith('--no') ? [{ value: `--no-${flag.name}`, describe }] : []
    const short = flag.char !== undefined && current === `-${flag.char}` ? [{ value: current, describe }] : []
    return [...short, { value: `--${flag.name}`, describe }, ...no]
  })
  flags.push({ value: '--help', describe: () => 'show help' })
  if (command === undefined) flags.push({ value: '--version', describe: () => 'show the version' })
  return flags
}

const flagSummary = ({ summary, description }: FlagData): string =>
  (summary ?? description ?? '').split('\n')[0]?.replace(/ \[[A-Z0-9_]+\]$/, '') ?? ''
