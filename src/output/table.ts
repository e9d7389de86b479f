import { printable } from '@aws-vault/plugin-sdk'

/**
 * A table with columns as wide as their content, and no blanks at line ends. Pure.
 * @param header titles; underlined with `=`
 */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map(row => row.map(printable))
  const lines = [header, header.map(title => '='.repeat(displayWidth(title))), ...cells]
  const widths = header.map((_, column) => Math.max(...lines.map(line => displayWidth(line[column] ?? ''))))
  return lines.map(line => formatLine(line, widths)).join('\n')
}

const formatLine = (line: readonly string[], widths: readonly number[]): string =>
  line
    .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
    .join('  ')
    .trimEnd()

const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** How many columns of a terminal a text takes: emoji and East Asian characters take two, combining marks none. */
function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) width += wide.test(segment) ? 2 : 1
  return width
}
