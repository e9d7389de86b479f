/**
 * A text without some of its lines (from 1), with a note in place of the first; every other byte stays. Pure.
 * @param note a comment, without its line end
 */
export function removeLines(text: string, lines: readonly number[], note: string): string {
  const gone = new Set(lines)
  const first = Math.min(...lines)
  return text
    .split('\n')
    .flatMap((line, index) => {
      if (!gone.has(index + 1)) return [line]
      return index + 1 === first ? [line.endsWith('\r') ? `${note}\r` : note] : []
    })
    .join('\n')
}
