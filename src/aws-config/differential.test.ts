import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader'
import fc from 'fast-check'
import { appendProfile } from './append-profile.ts'
import { profileNames } from './profile.ts'
import { type ConfigFile, parseConfig, readConfigFile } from './read-config.ts'

/*
 * Holds our reader against AWS's own loader, which is the measure of what a config file means. They part on purpose:
 *
 * 1. A section without keys is a section to us: `add` writes one. The loader has none.
 * 2. `[__proto__]` and `[profile __proto__]` make the loader give up on the whole file; other ways to write the name,
 *    and a key of that name, change what JavaScript objects inherit. To us it is a name like any other, and the two
 *    headers are reported as problems. `[constructor]` and its like, which write into JavaScript's own objects, likewise.
 * 3. The loader keeps profiles and the other kinds in one object, where `[profile sso-session.a]` and
 *    `[sso-session a]` overwrite each other. To us they are two sections.
 * 4. `[default]` is there beside a `[profile default]`, though it counts for nothing (profileSection).
 * 5. What the loader passes over in silence, we pass over too, and report as problems.
 */

const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 2000)
type Sections = Record<string, Record<string, string>>

const directory = mkdtempSync(join(tmpdir(), 'aws-config-'))
after(() => rmSync(directory, { recursive: true }))
const file = join(directory, 'config')
const noCredentials = join(directory, 'credentials')
writeFileSync(noCredentials, '')

/** The names that the loader takes behind `profile `; others, which it knows in one form only, are deviation 4. */
const compared = /^[\w\-@+.%:/]+$/

async function byLoader(): Promise<Sections> {
  const init = { configFilepath: file, filepath: noCredentials, ignoreCache: true }
  const sections = Object.entries((await loadSharedConfigFiles(init)).configFile as Sections)
  return plain(Object.fromEntries(sections.filter(([name]) => compared.test(name))))
}

/** Our sections in the loader's shape. */
function byUs(config: ConfigFile): Sections {
  const found: [string, Record<string, string>][] = []
  for (const { kind, name, values } of config.sections.values()) {
    if (kind === 'other' || values.size === 0) continue
    if (kind === 'default' && (config.sections.get('profile.default')?.values.size ?? 0) > 0) continue
    const key = kind === 'profile' || kind === 'default' ? name : `${kind}.${name}`
    if (compared.test(key)) found.push([key, Object.fromEntries([...values].map(([key, { value }]) => [key, value]))])
  }
  return plain(Object.fromEntries(found))
}

/** Without prototypes, and in one order. */
function plain(sections: Sections): Sections {
  const sorted = <T>(object: Record<string, T>) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted(sections).map(([name, keys]) => [name, Object.fromEntries(sorted(keys))]))
}

async function same(text: string | Uint8Array): Promise<ConfigFile> {
  writeFileSync(file, text)
  const config = readConfigFile(file)
  assert.deepEqual(byUs(config), await byLoader())
  return config
}

// Lines that are put together from likely pieces, well-formed for the most part.
const space = fc.constantFrom('', '', '', ' ', '  ', '\t', '\u00a0', '\u3000', '\v')
const gap = fc.constantFrom(' ', ' ', ' ', '  ', '\t', '')
const name = fc.constantFrom(
  ...[
    'dev',
    'prod',
    'default',
    'a.b',
    'team/dev',
    'a@b.c',
    '1',
    'x y',
    'ünit',
    '',
    "it's",
    'a=b',
    'a]b',
    'a#b',
    'a ;b',
    'profile',
  ],
)
const kind = fc.constantFrom('profile', 'profile', 'profile', 'sso-session', 'services', 'Profile', 'plugin', '')
const quote = fc.constantFrom('', '', '', '"', "'")
const trailer = fc.constantFrom('', '', '', '', ' # note', ' ; note', '#note', ' trailing', '\t;', ' ]')
const header = fc
  .tuple(space, kind, fc.oneof(gap, fc.constant('.')), quote, name, quote, space, trailer)
  .map(
    ([before, kind, gap, open, name, close, after, end]) =>
      `${before}[${kind}${gap}${open}${name}${close}]${after}${end}`,
  )
const plainHeader = fc.constantFrom(
  '[default]',
  '[default]',
  ' [default] ',
  '[ default ]',
  '[dev]',
  '[]',
  '[',
  ']',
  '[profile dev',
  '[[profile dev]]',
)
const key = fc.constantFrom(
  'region',
  'Region',
  'role_arn',
  's3',
  'max',
  'a b',
  'x.y',
  '[x',
  '',
  '#k',
  'constructor',
  ';k',
  'ключ',
)
const value = fc.oneof(
  fc.constantFrom(
    'eu-west-1',
    '',
    '',
    '"q"',
    "'q'",
    'a=b',
    'a # b',
    'a#b',
    'a;b',
    'a ; b',
    '%(x)s',
    '\\',
    '[x]',
    '= =',
    'é',
    '#',
    ' ',
    'https://x/start#/',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }).map(text => text.replaceAll('\n', '')),
)
const setting = fc
  .tuple(space, key, space, fc.constantFrom('=', '=', '=', '=', ':', ''), space, value, trailer)
  .map(parts => parts.join(''))
const other = fc.constantFrom('', '', ' ', '# comment', '  ; comment', 'just text', '= x', '\u2028x = y', 'x\r=\ry')
const goodHeader = fc.constantFrom(
  '[default]',
  '[profile dev]',
  '[profile a.b]',
  '[profile "dev"]',
  '[sso-session dev]',
)
const goodSetting = fc.constantFrom(
  'region = x',
  'region=y',
  's3 =',
  '  max = 1',
  '\tmin = 2',
  'a = b=c # d',
  '  s3 = ',
  'max = 3',
)
const line = fc.oneof(
  { weight: 2, arbitrary: header },
  { weight: 2, arbitrary: goodHeader },
  { weight: 1, arbitrary: plainHeader },
  { weight: 6, arbitrary: setting },
  { weight: 6, arbitrary: goodSetting },
  { weight: 1, arbitrary: other },
)
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\r')
const likely = fc
  .tuple(
    fc.constantFrom('', '', '\uFEFF'),
    fc.oneof(goodHeader, header),
    fc.array(fc.tuple(lineEnd, line), { maxLength: 20, size: 'max' }),
    fc.constantFrom('', '\n', '\r\n'),
  )
  .map(([mark, first, lines, last]) => mark + first + lines.flat().join('') + last)

// And heaps of the characters that mean something.
const pieces = [
  ...'[]=#;"\'.%:/-_@+ \t\r\n\n\nab',
  'profile ',
  '[profile a',
  'default',
  'sso-session ',
  '\uFEFF',
  '\u2028',
  '\u0085',
  'ü',
]
const heap = fc.string({ unit: fc.constantFrom(...pieces), maxLength: 60, size: 'max' })

// Deviations 2 and 3.
const fair = (text: string) => !/__proto__|profile[\s.]+["']?(?:sso-session|services)\./.test(text)
const config = fc.oneof({ weight: 3, arbitrary: likely }, heap).filter(fair)

test("our reader and AWS's loader see the same profiles and values in any text", async () => {
  await fc.assert(
    fc.asyncProperty(config, async text => {
      await same(text)
    }),
    { numRuns: RUNS },
  )
})

test('... and in any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 20 }), async bytes => {
      await same(Buffer.concat([Buffer.from('[profile a]\nx = '), bytes, Buffer.from('\ny = z\n')]))
    }),
    { numRuns: RUNS / 10 },
  )
})

test('every value has the number of the line that it stands on', () => {
  fc.assert(
    fc.property(config, text => {
      const lines = text.split('\n')
      for (const [id, section] of parseConfig(text, file).sections) {
        assert.deepEqual([...parseConfig(lines[section.line - 1] ?? '', file).sections.keys()], [id])
        for (const [key, { value, line }] of section.values) {
          const written = lines[line - 1] ?? ''
          assert.ok(written.includes(value), written)
          assert.ok(key.endsWith(written.slice(0, written.indexOf('=')).trim()), written)
        }
      }
    }),
    { numRuns: RUNS },
  )
})

test('a profile that is appended is read by both, and nothing else changes', async () => {
  const withLock = <T>(_: string, task: () => Promise<T>) => task()
  const writable = fc.string({ unit: fc.constantFrom(...'abzAZ019_-@+.%:/', 'default'), minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(config, fc.oneof(writable, fc.constant('default')), async (text, name) => {
      const before = byUs(await same(text))
      const had = profileNames(readConfigFile(file)).includes(name)
      const written = await appendProfile(file, name, { withLock, keys: { region: 'eu-west-1' } })
      assert.equal(written, !had)
      const bytes = readFileSync(file)
      const old = Buffer.from(text)
      assert.deepEqual(bytes.subarray(0, old.length), old)
      const after = await same(bytes)
      assert.deepEqual(byUs(after), plain({ ...before, ...(written ? { [name]: { region: 'eu-west-1' } } : {}) }))
      assert.ok(profileNames(after).includes(name))
    }),
    { numRuns: RUNS / 4 },
  )
})

test('deviation 4: names that the Go tool and the AWS CLI read, and the loader does not', async () => {
  writeFileSync(file, '[profile my work]\nx = 1\n[profile "my team"]\nx = 2\n[profile ünit/🔑]\nx = 3\n')
  assert.deepEqual(await byLoader(), {})
  const config = readConfigFile(file)
  assert.deepEqual(profileNames(config), ['my work', 'my team', 'ünit/🔑'])
  assert.equal(config.sections.get('profile.my team')?.values.get('x')?.value, '2')
})

test('deviation 1: a section without keys', async () => {
  const config = await same('[profile a]\n[profile b]\nregion =\n')
  assert.deepEqual(profileNames(config), ['a', 'b'])
  assert.deepEqual(await byLoader(), {})
})

test('deviation 2: names of JavaScript itself', async () => {
  writeFileSync(file, '[profile a]\nx = y\n[profile __proto__]\nx = y\n')
  assert.deepEqual(await byLoader(), {})
  const config = readConfigFile(file)
  assert.equal(config.sections.get('profile.a')?.values.get('x')?.value, 'y')
  assert.deepEqual(
    config.problems.map(({ line }) => line),
    [3],
  )
  writeFileSync(file, '[profile a]\n__proto__ = y\nx = y\n')
  assert.deepEqual(await byLoader(), { a: { x: 'y' } })
  assert.equal(readConfigFile(file).sections.get('profile.a')?.values.get('__proto__')?.value, 'y')
})

test('deviation 3: a profile named like a section of another kind', async () => {
  writeFileSync(file, '[profile sso-session.a]\nx = profile\n[sso-session a]\nx = session\n')
  assert.deepEqual(await byLoader(), { 'sso-session.a': { x: 'session' } })
  const { sections } = readConfigFile(file)
  assert.equal(sections.get('profile.sso-session.a')?.values.get('x')?.value, 'profile')
  assert.equal(sections.get('sso-session.a')?.values.get('x')?.value, 'session')
})
