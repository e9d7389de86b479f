/**
 * A text without some of its lines (from 1), with a note in place of the first; every other byte stays. Pure.
 * @param note a comment, without its line end
 */
export function removeLines(text: string, lines: readonly number[], note: string): string {
  const first = Math.min(...lines)
  return replaceLines(text, new Set(lines), line => (line === first ? note : undefined))
}

/**
 * The same for a shell's file. There the note is a command that does nothing, once for every place where lines go: a
 * block, a function or the right side of `&&` must not be empty.
 */
export function removeCommands(text: string, lines: readonly number[], note: string): string {
  const gone = new Set(lines)
  return replaceLines(text, gone, (line, old) =>
    gone.has(line - 1) ? undefined : `${/^[ \t]*/.exec(old)?.[0] ?? ''}: ${note}`,
  )
}

function replaceLines(
  text: string,
  gone: ReadonlySet<number>,
  replacement: (line: number, old: string) => string | undefined,
): string {
  return text
    .split('\n')
    .flatMap((line, index, all) => {
      if (!gone.has(index + 1)) return [line]
      const instead = replacement(index + 1, line)
      if (instead !== undefined) return [line.endsWith('\r') ? `${instead}\r` : instead]
      // The end of the line before stays the end of the file.
      return index === all.length - 1 ? [''] : []
    })
    .join('\n')
}
