/** What the splitting needs to know of a flag: whether the next word is its value. */
interface FlagShape {
  readonly type: 'boolean' | 'option'
  readonly char?: string
}

/** A command line of `exec`: our own words, and the program with its arguments. */
export interface SplitCommandLine {
  readonly own: string[]
  readonly program: string[]
}

/**
 * Tells our words from the program's. The program begins after `--`, or else with the second word that is not a flag:
 * from there on every word is the program's, as with `env` or `sudo`, so that `exec work ls -la` does what it says.
 * Pure.
 */
export function splitCommandLine(
  argv: readonly string[],
  flags: Readonly<Record<string, FlagShape>>,
): SplitCommandLine {
  const takesValue = (word: string): boolean => {
    if (word.startsWith('--')) return !word.includes('=') && flags[word.slice(2)]?.type === 'option'
    const shape = [...word.slice(1)].map(char => Object.values(flags).find(flag => flag.char === char)?.type)
    return shape.indexOf('option') === shape.length - 1
  }
  let positionals = 0
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string
    if (word === '--') return { own: argv.slice(0, index), program: argv.slice(index + 1) }
    if (word.startsWith('-') && word !== '-') {
      if (takesValue(word)) index++
    } else if (positionals++ === 1) {
      return { own: argv.slice(0, index), program: argv.slice(index) }
    }
  }
  return { own: [...argv], program: [] }
}
