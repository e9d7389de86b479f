/**
 * A text without some of its lines (from 1), with a note in place of the first; every other byte stays. Pure.
 * @param note a comment, without its line end
 */
export function removeLines(text: string, lines: readonly number[], note: string): string {
  const gone = new Set(lines)
  const first = Math.min(...lines)
  return text
    .split('\n')
    .flatMap((line, index, all) => {
      if (!gone.has(index + 1)) return [line]
      if (index + 1 === first) return [line.endsWith('\r') ? `${note}\r` : note]
      // The end of the line before stays the end of the file.
      return index === all.length - 1 ? [''] : []
    })
    .join('\n')
}
