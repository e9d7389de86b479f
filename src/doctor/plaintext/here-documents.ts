/** Not `<<<`, which takes the rest of its line. */
const operator = /(?<!<)<<(?!<)(-?)[ \t]*(?:'([^']+)'|"([^"]+)"|\\?([^\s'"\\;&|<>()]+))/g

/**
 * The lines (from 1) of a shell's file that stand in a here-document. One that seems to begin where none does (a shift in
 * an arithmetic expression) makes them too many, never too few. Pure.
 */
export function linesInHereDocuments(lines: readonly string[]): ReadonlySet<number> {
  const inside = new Set<number>()
  const open: { end: string; tabs: boolean }[] = []
  for (const [index, line] of lines.entries()) {
    const [current] = open
    if (current === undefined) {
      for (const [, dash, ...words] of line.matchAll(operator)) {
        open.push({ end: words.find(word => word !== undefined) ?? '', tabs: dash === '-' })
      }
    } else {
      inside.add(index + 1)
      if ((current.tabs ? line.replace(/^\t+/, '') : line) === current.end) open.shift()
    }
  }
  return inside
}
