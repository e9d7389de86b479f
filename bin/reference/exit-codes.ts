/** What the exit codes mean: those of every command, and what some commands mean by theirs. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'failed; stderr says what, and what to do'],
  ['2', 'the command line is wrong'],
  ['126', 'the program was found, and cannot be run'],
  ['127', 'there is no such program, or no such command'],
  ['130', 'a question was declined (Ctrl-C, Ctrl-D)'],
]

/** By id of the command; a test knows whether there is such a command. */
export const SPECIAL_EXIT_CODES: Readonly<Record<string, string>> = {
  audit: '1 if the log is not as it was left.',
  doctor: '1 if anything is broken; warnings are no failure.',
  exec: "The program's own; a program that ends by a signal ends `aws-vault` by the same one.",
  migrate: '1 if items are left that differ, or that cannot be read.',
  'prompt-segment': 'Always 0.',
  'server:start': '0 after a detached start; without `--detach`, 130 after Ctrl-C.',
  'server:stop': '1 if a server is left.',
}
