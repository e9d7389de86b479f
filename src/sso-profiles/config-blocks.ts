import { type ConfigSection, parseConfig } from '../aws-config/read-config.ts'

/** A header of a config file with the lines below it, as they are. */
export interface ConfigBlock {
  /** Index of the header in the lines. */
  readonly start: number
  /** Index behind its last line. */
  readonly end: number
  /** What it says. */
  readonly section: ConfigSection
}

/**
 * The lines of a file with their line ends, byte for byte: one character a byte (Latin-1), so that bytes which are no
 * UTF-8 stay as they are. A byte order mark is a line by itself.
 */
export function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').match(/^\xef\xbb\xbf|[^\n]*\n|[^\n]+$/g) ?? []
}

/** What a line of {@link linesOf} says, without its line end. */
export function textOf(line: string): string {
  return Buffer.from(line, 'latin1')
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

/** A text as characters of {@link linesOf}. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/**
 * The headers of a file, each with what is below it until the next one. A section that is there twice is two blocks,
 * while AWS programs merge them. Lines that only look like headers begin nothing: see ConfigFile.broken.
 */
export function blocksOf(lines: readonly string[]): ConfigBlock[] {
  const starts = lines.flatMap((line, index) => {
    if (!/^\s*\[/.test(textOf(line))) return []
    return parseConfig(textOf(line), '').sections.size === 1 ? [index] : []
  })
  return starts.flatMap((start, index) => {
    const end = starts[index + 1] ?? lines.length
    const [section] = parseConfig(lines.slice(start, end).map(textOf).join('\n'), '').sections.values()
    return section === undefined ? [] : [{ start, end, section }]
  })
}
