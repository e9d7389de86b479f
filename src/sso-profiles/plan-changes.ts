import { VaultError } from '@aws-vault/plugin-sdk'
import { addition } from '../aws-config/append-profile.ts'
import { describeProblem } from '../aws-config/profile.ts'
import { type ConfigFile, parseConfig } from '../aws-config/read-config.ts'
import { blocksOf, bytesOf, type ConfigBlock, linesOf, textOf } from './config-blocks.ts'
import { type GeneratedProfile, MARK, markOf, sectionOf, sessionOfMark, settingsOf } from './generated-profile.ts'
import type { WantedProfiles } from './wanted-profiles.ts'

/** A line of the difference: `+` is new, `-` goes, a blank one stays. */
export type DiffLine = readonly [sign: '+' | '-' | ' ', text: string]

/** What happens to a profile. */
export interface Change {
  readonly kind: 'add' | 'change' | 'remove'
  readonly profile: string
  readonly diff: readonly DiffLine[]
}

/** A profile that is left as it is though something else was to be expected. */
export interface Kept {
  readonly profile: string
  readonly reason: string
}

/** What is to be done to a config file. */
export interface Changes {
  readonly changes: readonly Change[]
  readonly kept: readonly Kept[]
  /** Generated profiles that would not be made today, and that nobody asked to remove. */
  readonly stale: readonly string[]
  /** What the file shall hold. */
  readonly bytes: Buffer
}

export interface ChangeOptions {
  /** The path of the file, for messages. */
  readonly file: string
  readonly session: string
  /** Whether generated profiles go that would not be made today. */
  readonly prune: boolean
}

/** A profile with our mark for the session. */
interface Found {
  readonly block: ConfigBlock
  /** What it says; `undefined` when that is not what we wrote. */
  readonly written: GeneratedProfile | undefined
  /** A region that somebody added. */
  readonly ownRegion: string | undefined
}

/**
 * What has to change in a config file so that it holds the wanted profiles. Pure. Only lines that we wrote change or go:
 * a profile without our mark, one of another session, one that was edited, and lines that were added stay as they are.
 * @throws VaultError ERR_CONFIG_SYNTAX when the file is so broken that nobody can tell where a profile ends
 */
export function planChanges(old: Buffer, wanted: WantedProfiles, options: ChangeOptions): Changes {
  const { file, session } = options
  const before = parseConfig(old.toString('utf8'), file)
  const [spoilt] = before.broken
  if (spoilt !== undefined) {
    throw new VaultError('ERR_CONFIG_SYNTAX', describeProblem(before, spoilt), {
      facts: { file, line: spoilt.line },
      hint: `mend line ${spoilt.line} of ${file}`,
    })
  }
  const lines: (string | undefined)[] = linesOf(old)
  const profiles = Map.groupBy(
    blocksOf(lines as string[]).filter(({ section }) => section.kind === 'profile'),
    ({ section }) => section.name,
  )
  const changes: Change[] = []
  const kept: Kept[] = []
  const stale: string[] = []
  const added: GeneratedProfile[] = []
  for (const profile of wanted.profiles) {
    const blocks = profiles.get(profile.name)
    const found = blocks && findGenerated(blocks, session)
    if (blocks === undefined) added.push(profile)
    else if (found === undefined) kept.push({ profile: profile.name, reason: whoseItIs(blocks) })
    else {
      const { diff, note } = update(lines, found, profile)
      if (diff.some(([sign]) => sign !== ' ')) changes.push({ kind: 'change', profile: profile.name, diff })
      if (note !== undefined) kept.push({ profile: profile.name, reason: note })
    }
  }
  for (const [name, blocks] of profiles) {
    const found = findGenerated(blocks, session)
    if (found === undefined || wanted.allowed.has(name)) continue
    const reason = options.prune ? whyItStays(lines, found, before) : undefined
    if (!options.prune) stale.push(name)
    else if (reason !== undefined) kept.push({ profile: name, reason })
    else changes.push({ kind: 'remove', profile: name, diff: remove(lines, found) })
  }
  let text = lines.filter(line => line !== undefined).join('')
  for (const profile of added) {
    const section = sectionOf(profile)
    text += bytesOf(addition(Buffer.from(text, 'latin1').toString('utf8'), section))
    changes.push({ kind: 'add', profile: profile.name, diff: section.map(line => ['+', line]) })
  }
  const bytes = Buffer.from(text, 'latin1')
  assertNothingElse(before, parseConfig(bytes.toString('utf8'), file), changes)
  return { changes, kept, stale, bytes }
}

function findGenerated(blocks: readonly ConfigBlock[], session: string): Found | undefined {
  const [block, ...others] = blocks
  if (block === undefined) return undefined
  const marks = blocks.flatMap(({ section }) => section.values.get(MARK)?.value ?? [])
  if (!marks.some(mark => sessionOfMark(mark) === session)) return undefined
  const { values, name } = block.section
  const value = (key: string): string => values.get(key)?.value ?? ''
  const region = values.get('region')?.value
  const bare = {
    name,
    session: value('sso_session'),
    accountId: value('sso_account_id'),
    roleName: value('sso_role_name'),
  }
  const candidates: GeneratedProfile[] = region === undefined ? [bare] : [{ ...bare, region }, bare]
  // Of a section that is there twice, the second says what the first may not.
  const written = others.length > 0 ? undefined : candidates.find(it => markOf(it) === value(MARK))
  return { block, written, ownRegion: written?.region === undefined ? region : undefined }
}

/** Why a profile without our mark for the session is left alone. */
function whoseItIs(blocks: readonly ConfigBlock[]): string {
  const marks = blocks.flatMap(({ section }) => section.values.get(MARK)?.value ?? [])
  const other = marks.map(sessionOfMark).find(session => session !== undefined)
  return other === undefined ? 'sso configure did not write it' : `sso configure wrote it for the sso-session ${other}`
}

/** Changes the lines of a generated profile. */
function update(
  lines: (string | undefined)[],
  { block, written, ownRegion }: Found,
  wish: GeneratedProfile,
): { readonly diff: readonly DiffLine[]; readonly note?: string } {
  if (written === undefined) {
    return isAlready(block, wish) ? { diff: [] } : { diff: [], note: 'it was edited since sso configure wrote it' }
  }
  const { region: wished, ...rest } = wish
  // Nobody asked for a region: the one that is there stays. One that somebody added is theirs.
  const region = ownRegion === undefined ? (wished ?? written.region) : undefined
  const next: GeneratedProfile = { ...rest, ...(region === undefined ? {} : { region }) }
  const diff: DiffLine[] = [[' ', textOf(lines[block.start] ?? '')]]
  const inFile = new Map(settingsOf(written))
  let behind = block.start
  for (const [key, value] of settingsOf(next)) {
    const index = lineOf(block, key)
    const line = index === undefined ? undefined : lines[index]
    if (index !== undefined && line !== undefined) {
      const changed = replaceValue(line, inFile.get(key) ?? '', value)
      if (changed !== line) diff.push(['-', textOf(line)], ['+', textOf(changed)])
      lines[index] = changed
      behind = index
    } else {
      const model = lines[behind] ?? ''
      const [lineEnd] = /\r?\n$/.exec(model) ?? ['']
      const added = `${key} = ${value}`
      lines[behind] = lineEnd === '' ? `${model}\n${bytesOf(added)}` : model + bytesOf(added) + lineEnd
      diff.push(['+', added])
    }
  }
  const note = `its region, ${ownRegion}, is not from sso configure and stays`
  return ownRegion === undefined || wished === undefined || wished === ownRegion ? { diff } : { diff, note }
}

const lineOf = ({ start, section }: ConfigBlock, key: string): number | undefined => {
  const value = section.values.get(key)
  return value && start + value.line - 1
}

function replaceValue(line: string, old: string, value: string): string {
  const at = line.indexOf(bytesOf(old), line.indexOf('=') + 1)
  return line.slice(0, at) + bytesOf(value) + line.slice(at + bytesOf(old).length)
}

/** Whether an edited profile says what we would write. */
function isAlready({ section }: ConfigBlock, { session, accountId, roleName, region }: GeneratedProfile): boolean {
  const is = (key: string, value: string): boolean => section.values.get(key)?.value === value
  return (
    is('sso_session', session) &&
    is('sso_account_id', accountId) &&
    is('sso_role_name', roleName) &&
    (region === undefined || is('region', region))
  )
}

/** Why a generated profile cannot go; `undefined` if it can. */
function whyItStays(
  lines: readonly (string | undefined)[],
  { block, written }: Found,
  config: ConfigFile,
): string | undefined {
  if (written === undefined) return 'it was edited since sso configure wrote it'
  const own = sectionOf(written)
  const isAsWritten = own.every((line, index) => textOf(lines[block.start + index] ?? '') === line)
  const rest = lines.slice(block.start + own.length, block.end).map(line => textOf(line ?? ''))
  // A comment there is about what comes next. Anything else would become a part of the section above.
  if (!isAsWritten || !rest.every(line => /^\s*(?:[#;]|$)/.test(line))) {
    return 'it has lines that sso configure did not write'
  }
  for (const { kind, name, values } of config.sections.values()) {
    for (const key of ['source_profile', 'include_profile']) {
      if (values.get(key)?.value !== block.section.name || name === block.section.name) continue
      return `${kind === 'default' ? '[default]' : `[${kind} ${name}]`} names it as its ${key}`
    }
  }
  return undefined
}

/** Takes the lines of a generated profile out, and the empty ones directly below it. */
function remove(lines: (string | undefined)[], { block, written }: Found): DiffLine[] {
  const count = written === undefined ? 0 : sectionOf(written).length
  const diff: DiffLine[] = []
  for (let index = block.start; index < block.end; index++) {
    const text = textOf(lines[index] ?? '')
    if (index >= block.start + count && text.trim() !== '') break
    if (index < block.start + count) diff.push(['-', text])
    lines[index] = undefined
  }
  return diff
}

/** The last look before a file is written on which everything hangs: all other sections say what they said. */
function assertNothingElse(before: ConfigFile, after: ConfigFile, changes: readonly Change[]): void {
  const touched = new Set(changes.map(({ profile }) => `profile.${profile}`))
  const told = ({ sections }: ConfigFile): string => {
    const others = [...sections].filter(([key]) => !touched.has(key))
    return JSON.stringify(others.map(([key, { values }]) => [key, [...values].map(([name, it]) => [name, it.value])]))
  }
  const isThere = ({ kind, profile }: Change): boolean =>
    after.sections.has(`profile.${profile}`) === (kind !== 'remove')
  if (after.broken.length > 0 || told(before) !== told(after) || !changes.every(isThere)) {
    throw new Error('the change would reach other parts of the AWS config; nothing was written')
  }
}
