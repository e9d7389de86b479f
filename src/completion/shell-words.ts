/** A word of a command line, without its quotes. */
export interface ShellWord {
  /** Where it begins in the line. */
  readonly start: number
  readonly value: string
}

/** A command line up to the cursor. */
export interface SplitLine {
  /** The last one is the word at the cursor; it is empty behind a space. */
  readonly words: readonly ShellWord[]
  /** The quote that is open at the cursor. */
  readonly quote: '' | '"' | "'"
  /** Where the open quote stands. */
  readonly quoteAt: number
  /** For each place of the last word: whether it is quoted, a quote itself included. */
  readonly isQuoted: (place: number) => boolean
  /** How much of the last word's value stands in front of a place of it. */
  readonly valueBefore: (place: number) => string
}

/** How a shell quotes. */
export interface Quoting {
  /** What ends a word. */
  readonly separators: RegExp
  /** What a backslash quotes within `"`. */
  readonly inDouble: string
  /** What a backslash quotes within `'`; nothing in a POSIX shell. */
  readonly inSingle: string
}

export const POSIX: Quoting = { separators: /[\s;|&<>()]/, inDouble: '"\\$`\n', inSingle: '' }
export const FISH: Quoting = { separators: /[\s;|&<>()]/, inDouble: '"\\$\n', inSingle: "'\\" }

/**
 * Splits a line up to the cursor as a shell would, and takes the quotes away. A quote may be open at the end, and a
 * backslash may have nothing behind it. Expansions stay as they stand: what `$x` is, only the shell knows. Pure.
 */
export function splitLine(line: string, quoting: Quoting): SplitLine {
  const words: { start: number; value: string }[] = []
  let word: { start: number; value: string } | undefined
  let quote: '' | '"' | "'" = ''
  let quoteAt = -1
  let quoted: boolean[] = []
  let before: number[] = []
  for (let place = 0; place < line.length; place++) {
    const character = line[place] as string
    if (quote === '' && quoting.separators.test(character)) {
      word = undefined
      continue
    }
    if (word === undefined) {
      word = { start: place, value: '' }
      words.push(word)
      quoted = []
      before = []
    }
    before[place] = word.value.length
    quoted[place] = quote !== ''
    const escapable = quote === '' ? undefined : quote === '"' ? quoting.inDouble : quoting.inSingle
    if (character === '\\' && (escapable === undefined || escapable.includes(line[place + 1] ?? '\0'))) {
      quoted[place] = true
      place++
      before[place] = word.value.length
      quoted[place] = true
      word.value += line[place] ?? ''
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character
      quoteAt = place
      quoted[place] = true
    } else if (character === quote) {
      quote = ''
    } else {
      word.value += character
    }
  }
  const last = word ?? { start: line.length, value: '' }
  if (word === undefined) words.push(last)
  return {
    words,
    quote,
    quoteAt,
    isQuoted: place => quoted[place] === true,
    valueBefore: place => last.value.slice(0, before[place] ?? last.value.length),
  }
}
