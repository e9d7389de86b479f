/** Global flags without a value; all others that may stand in front of a command have one. */
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['--debug', '--json'])

/**
 * Puts flags that stand in front of a command behind its name: `--debug exec work` becomes `exec --debug work`, as
 * people have it in scripts from the Go tool, while oclif takes the first word for the command. Pure.
 * @param isCommand whether a word is the name of a command of ours; if none is found, nothing is changed
 */
export function commandFirst(argv: readonly string[], isCommand: (word: string) => boolean): readonly string[] {
  let at = 0
  while (argv[at]?.startsWith('--') && argv[at] !== '--') {
    const word = argv[at] as string
    at += word.includes('=') || WITHOUT_VALUE.has(word) ? 1 : 2
  }
  const command = argv[at]
  if (at === 0 || command === undefined || !isCommand(command)) return argv
  return [command, ...argv.slice(0, at), ...argv.slice(at + 1)]
}
