import type { Answer } from './complete.ts'
import { describedAll, likely } from './plain-words.ts'
import { FISH, splitLine } from './shell-words.ts'

/** What may stand in front of a command in fish. */
const IN_FRONT = /^(?:\w+=.*|and|or|not|!|time|command|builtin|exec|if|while|begin)$/s

/**
 * Reads a command line as fish has it (`commandline -cp`), of which versions before and after 4 make different words.
 * Pure.
 */
export function readFishLine(line: string): { words: readonly string[]; print(answer: Answer): string } {
  const all = splitLine(line, FISH).words
  const command = all.findIndex(({ value }) => !IN_FRONT.test(value))
  const words = command === -1 ? [] : all.slice(command + 1)
  const values = words.length === 0 ? [''] : words.map(({ value }) => value)
  return {
    words: values,
    print(answer) {
      if (answer.kind === 'files') return 'files\n'
      // Fish completes a line of a program as it would complete its own.
      if (answer.kind === 'program') return `program\n${line.slice(words[answer.first]?.start ?? line.length)}\n`
      return ['values', ...describedAll(likely(answer.candidates, values.at(-1) ?? '')), ''].join('\n')
    },
  }
}
