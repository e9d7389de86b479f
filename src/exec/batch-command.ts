import { VaultError } from '@aws-vault/plugin-sdk'

/**
 * The arguments for cmd.exe that make it run a batch file (`npm.cmd`) with exactly these arguments, to be passed on as
 * they are. cmd.exe has no quoting that covers everything: inside double quotes it still expands `%NAME%`, so that each
 * `%` is preceded by an expansion that is always empty, and a line end cannot be written at all.
 * @throws VaultError ERR_EXEC_BATCH_ARGUMENT when an argument holds a line end or a NUL
 */
export function batchCommand(file: string, args: readonly string[]): string[] {
  const line = [file, ...args].map(quote).join(' ')
  // Extensions on (the empty expansion needs them), delayed expansion off (`!` is a plain character), no AutoRun.
  return ['/e:ON', '/v:OFF', '/d', '/c', `"${line}"`]
}

function quote(argument: string): string {
  if (/[\r\n\0]/.test(argument)) {
    throw new VaultError('ERR_EXEC_BATCH_ARGUMENT', 'an argument for a batch file cannot contain a line end', {
      hint: 'run the program that the batch file starts, instead of the batch file',
      facts: { exitCode: 126 },
    })
  }
  // A backslash is plain unless a quote follows; a quote inside quotes is written twice.
  const escaped = argument.replace(
    /(\\*)("|$)/g,
    (_, backslashes: string, quote: string) => backslashes.repeat(2) + quote.repeat(2),
  )
  return `"${escaped.replaceAll('%', '%%cd:~,%')}"`
}
