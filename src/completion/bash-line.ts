import type { Answer, Candidate } from './complete.ts'
import { POSIX, type SplitLine, splitLine } from './shell-words.ts'

/** A line that is completed in bash. */
export interface BashLine {
  /** The words behind the command's name, without quotes. */
  readonly words: readonly string[]
  /** What to print for the script. */
  print(answer: Answer): string
}

/**
 * Reads a command line as bash has it. Bash leaves it to programs to know quotes, and replaces not the word but what
 * stands behind its last word break: so the line is split here, and what is answered is quoted as it has to stand there.
 * Pure.
 * @param line COMP_LINE up to the cursor
 * @param breaks COMP_WORDBREAKS
 */
export function readBashLine(line: string, breaks: string): BashLine {
  const split = splitLine(line, POSIX)
  const [, ...words] = split.words
  // At the command's own name there is nothing to say.
  if (words.length === 0) return { words: [''], print: () => 'values\n' }
  const start = replacedFrom(split, line, breaks)
  const head = split.valueBefore(start)
  const current = words.at(-1)?.value ?? ''
  return {
    words: words.map(({ value }) => value),
    print(answer) {
      if (answer.kind === 'files') return 'files\n'
      if (answer.kind === 'program') return `program\n${line.slice(0, words[answer.first]?.start)}\n`
      const lines = answer.candidates
        .filter(({ value }) => value.startsWith(current))
        .map(({ value }: Candidate) => quoted(value.slice(head.length), split.quote))
      return ['values', ...lines, ''].join('\n')
    },
  }
}

/** Where in the line the text begins that readline replaces by what is chosen. */
function replacedFrom({ words, quote, quoteAt, isQuoted }: SplitLine, line: string, breaks: string): number {
  if (quote !== '') return quoteAt + 1
  const start = words.at(-1)?.start ?? line.length
  for (let place = line.length - 1; place >= start; place--) {
    if (breaks.includes(line[place] as string) && !isQuoted(place)) return place + 1
  }
  return start
}

function quoted(text: string, quote: '' | '"' | "'"): string {
  const inside =
    quote === ''
      ? text.replace(/[^\w@%+=:,./\-\u0080-\uffff]/g, '\\$&')
      : quote === "'"
        ? text.replaceAll("'", "'\\''")
        : // History is expanded within double quotes, and a backslash does not keep it from that.
          text.replace(/["\\$`]/g, '\\$&').replaceAll('!', '"\\!"')
  // Readline takes what begins with the open quote for the whole word, quote included.
  return quote !== '' && inside.startsWith(quote) ? quote + inside : inside
}
