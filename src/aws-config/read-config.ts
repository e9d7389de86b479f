import { readFileSync } from 'node:fs'
import { VaultError } from '@aws-vault/plugin-sdk'

/** What a section is to AWS programs. They read nothing of one that is `other`. */
export type SectionKind = 'default' | 'profile' | 'sso-session' | 'services' | 'other'

/** A value as it stands in the file: quotes and all, without its comment and the space around it. Never empty. */
export interface ConfigValue {
  readonly value: string
  readonly line: number
}

/** A line that AWS programs pass over, although somebody meant something by it. */
export interface ConfigProblem {
  readonly line: number
  /** What is wrong and what is expected. Holds nothing of the line, which may be a secret. */
  readonly message: string
}

/** All sections of one kind and name, merged: later values win. */
export interface ConfigSection {
  readonly kind: SectionKind
  /** The profile's or session's name; `default`; for a section that is `other`, what stands between its brackets. */
  readonly name: string
  /** Line of its first header, from 1. */
  readonly line: number
  /** By key as written; an indented key below an empty one has both names, e.g. `s3.max_queue_size`. */
  readonly values: ReadonlyMap<string, ConfigValue>
  /** Its lines that are neither key nor comment. */
  readonly problems: readonly ConfigProblem[]
}

/** An AWS config file. */
export interface ConfigFile {
  /** Its path, as messages show it. */
  readonly file: string
  /** In file order, by {@link sectionKey}. */
  readonly sections: ReadonlyMap<string, ConfigSection>
  /**
   * Headers that are none to AWS programs, and text that is none at all. No profile can be trusted then: the keys below
   * such a header went to the section above it.
   */
  readonly broken: readonly ConfigProblem[]
  /** All problems in file order: those that are `broken`, those of the sections, and those that do no harm. */
  readonly problems: readonly ConfigProblem[]
}

/** The key of a section in {@link ConfigFile.sections}. */
export function sectionKey(kind: SectionKind, name: string): string {
  return kind === 'default' || kind === 'other' ? name : `${kind}.${name}`
}

/** What stands between the brackets of a section's header, e.g. `profile dev`. */
export function sectionTitle(section: ConfigSection): string {
  return section.kind === 'default' || section.kind === 'other' ? section.name : `${section.kind} ${section.name}`
}

/**
 * Reads the config file at `file`. One that is absent is empty; a byte order mark and CRLF are accepted.
 * @throws VaultError `ERR_CONFIG_READ` when it is there but cannot be read
 */
export function readConfigFile(file: string): ConfigFile {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      throw new VaultError('ERR_CONFIG_READ', `the AWS config file ${file} cannot be read (${code})`, {
        cause: error,
        facts: { file },
        hint: `see who may read it: ls -l ${file}`,
      })
    }
  }
  return parseConfig(text, file)
}

/**
 * What the text of an AWS config file means, line by line as AWS's own loader (`@smithy/shared-ini-file-loader`)
 * takes it; `differential.test.ts` holds the two together and lists where they part on purpose.
 *
 * - A comment starts with `#` or `;` at the start of a line or behind white space, in values as well.
 * - `=` is the only delimiter; quotes, backslashes and `%` mean nothing; keys keep their case; a key without a value
 *   is not there.
 * - Indented keys below a key without a value are its sub-keys, until a key that is not indented has a value.
 *
 * What the loader passes over in silence is collected as problems; this never throws.
 *
 * It runs in front of every command, so it looks for headers only; a section's lines are read when its values are
 * asked for.
 */
export function parseConfig(text: string, file: string): ConfigFile {
  return new ParsedConfig(text, file)
}

class ParsedConfig implements ConfigFile {
  readonly file: string
  readonly sections: ReadonlyMap<string, ConfigSection>
  readonly broken: readonly ConfigProblem[]
  readonly #harmless: readonly ConfigProblem[]

  constructor(text: string, file: string) {
    const sections = new Map<string, LazySection>()
    const broken: ConfigProblem[] = []
    const harmless: ConfigProblem[] = []
    // UTF-16, as PowerShell writes it, to a new file or at the end of one.
    const foreign = text.startsWith('\uFFFD\uFFFD') ? 0 : text.indexOf('\0')
    if (foreign !== -1) {
      broken.push({
        line: text.slice(0, foreign).split('\n').length,
        message: 'this is not UTF-8 text; save the file as UTF-8',
      })
    }

    let section: LazySection | undefined
    const lines = new LineNumbers(text)
    // One search for all lines that may be headers: an order faster than looking at every line.
    for (const { 0: match, index } of `\n${text}`.matchAll(/\n[^\S\n]*\[[^\n]*/g)) {
      const line = meaning(match.slice(1))
      // In the text, which has no line end in front, the line starts where the match does.
      if (isHeader(line)) {
        section?.end(index)
        const header = line.slice(1, -1)
        const { kind, name } = classify(header)
        const key = sectionKey(kind, name)
        section = sections.get(key)
        if (section === undefined) {
          section = new LazySection(text, kind, name, index, lines)
          sections.set(key, section)
        }
        section.begin(index + match.length)
        const message = badName(header)
        if (message !== undefined) harmless.push({ line: lineAt(text, index), message })
      } else {
        broken.push({ line: lineAt(text, index), message: badHeader(line) })
      }
    }
    section?.end(text.length)
    for (const line of keysInFront(text, sections.values().next().value)) {
      harmless.push({ line, message: 'a key in front of the first section; expected [profile NAME] above it' })
    }
    this.file = file
    this.sections = sections
    this.broken = broken
    this.#harmless = harmless
  }

  get problems(): readonly ConfigProblem[] {
    const all = [...this.broken, ...this.#harmless]
    for (const section of this.sections.values()) all.push(...section.problems)
    return all.sort((a, b) => a.line - b.line)
  }
}

/** A section that knows where its lines are, and reads them when it is asked for them. */
class LazySection implements ConfigSection {
  readonly kind: SectionKind
  readonly name: string
  readonly #text: string
  readonly #start: number
  readonly #numbers: LineNumbers
  readonly #blocks: { start: number; end: number }[] = []
  #read: { values: Map<string, ConfigValue>; problems: ConfigProblem[] } | undefined

  /** @param start where its first header starts */
  constructor(text: string, kind: SectionKind, name: string, start: number, numbers: LineNumbers) {
    this.#text = text
    this.#numbers = numbers
    this.#start = start
    this.kind = kind
    this.name = name
  }

  get line(): number {
    return this.#numbers.at(this.#start)
  }

  /** Below a header of its: where the next line starts. */
  begin(start: number): void {
    this.#blocks.push({ start, end: start })
  }

  /** At the next header or the end of the text. */
  end(end: number): void {
    const block = this.#blocks.at(-1)
    if (block !== undefined) block.end = end
  }

  get values(): ReadonlyMap<string, ConfigValue> {
    return this.#lines().values
  }

  get problems(): readonly ConfigProblem[] {
    return this.#lines().problems
  }

  #lines(): { values: Map<string, ConfigValue>; problems: ConfigProblem[] } {
    if (this.#read === undefined) {
      this.#read = { values: new Map(), problems: [] }
      for (const { start, end } of this.#blocks) {
        readLines(this.#text.slice(start, end), this.#numbers.at(start), this.#read.values, this.#read.problems)
      }
    }
    return this.#read
  }
}

/** The numbers of lines: counted for those who ask for a few, looked up for those who ask for all sections of a long file. */
class LineNumbers {
  readonly #text: string
  #asked = 0
  #ends: number[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** As {@link lineAt}. */
  at(place: number): number {
    if (this.#asked++ < 100) return lineAt(this.#text, place)
    this.#ends ??= [...this.#text.matchAll(/\n/g)].map(({ index }) => index)
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ends[middle] ?? 0) < place) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/** The lines between two headers, the first of which has the number `first`. */
function readLines(text: string, first: number, values: Map<string, ConfigValue>, problems: ConfigProblem[]): void {
  // The key without a value that indented keys belong to.
  let parent = ''
  for (let start = 0, number = first; start < text.length; number++) {
    const end = endOfLine(text, start)
    const raw = text.slice(start, end)
    start = end + 1
    const line = meaning(raw)
    if (line === '') continue
    if (!isSetting(line)) {
      // A broken header is in the file's own list.
      if (!line.startsWith('[')) problems.push({ line: number, message: badLine(line) })
      continue
    }
    const equals = line.indexOf('=')
    const name = line.slice(0, equals).trim()
    const value = line.slice(equals + 1).trim()
    if (value === '') {
      parent = name
    } else {
      if (raw.trimStart() === raw) parent = ''
      values.set(parent === '' ? name : `${parent}.${name}`, { value, line: number })
    }
  }
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

/** The number of the line, from 1, that `place` is on. */
function lineAt(text: string, place: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end !== -1 && end < place; end = text.indexOf('\n', end + 1)) line++
  return line
}

/** The lines in front of the first section that look like keys. */
function keysInFront(text: string, first: ConfigSection | undefined): number[] {
  const lines = text.split('\n', first === undefined ? undefined : first.line - 1)
  return lines.flatMap((line, index) => (isSetting(meaning(line)) ? [index + 1] : []))
}

const comment = /(?:^|\s)[#;]/

/** A line without its comment and the white space around it. */
function meaning(raw: string): string {
  // Most lines have neither character, and looking for one is faster than the expression.
  if (!raw.includes('#') && !raw.includes(';')) return raw.trim()
  const match = comment.exec(raw)
  return (match === null ? raw : raw.slice(0, match.index)).trim()
}

function isHeader(line: string): boolean {
  return line.startsWith('[') && line.endsWith(']')
}

function isSetting(line: string): boolean {
  return line.indexOf('=') > 0
}

// AWS's loader takes only these as the name behind `profile `.
const prefixedHeader = /^([\w-]+)\s(["'])?([\w\-@+.%:/]+)\2$/

// The AWS CLI (in quotes) and the Go tool (without) also take names with spaces, umlauts and the like.
const otherName = /^(profile|sso-session|services)\s+(["'])?(\S|\S.*\S)\2$/
const usualName = /^["']?[\w\-@+.%:/]+["']?$/

function classify(header: string): { kind: SectionKind; name: string } {
  if (header === 'default') return { kind: 'default', name: header }
  const match = prefixedHeader.exec(header) ?? unusualName(header)
  // The loader joins kind and name by a dot and splits there again, so that `[profile.x]` is `[profile x]` to it.
  const dot = header.indexOf('.')
  const kind = match === null ? header.slice(0, Math.max(dot, 0)) : match[1]
  if (kind === 'profile' || kind === 'sso-session' || kind === 'services') {
    return { kind, name: match?.[3] ?? header.slice(dot + 1) }
  }
  return { kind: 'other', name: header }
}

function unusualName(header: string): RegExpExecArray | null {
  const match = otherName.exec(header)
  return match === null || usualName.test(match[3] ?? '') ? null : match
}

function badName(header: string): string | undefined {
  if (header === '') return 'a section header without a name; expected [profile NAME]'
  if (header === '__proto__' || header === 'profile __proto__') {
    return 'some AWS programs refuse the whole file because of this section name; rename it'
  }
  return undefined
}

function badHeader(line: string): string {
  return line.includes(']')
    ? 'text behind a section header; expected [profile NAME] alone, or a space in front of the comment'
    : 'a section header that is not closed; expected [profile NAME]'
}

function badLine(line: string): string {
  return line.startsWith('=')
    ? 'nothing in front of the equals sign; expected key = value'
    : 'a line without an equals sign; expected key = value, [profile NAME], or # in front of a comment'
}
