/** Whatever stands in a config file, what we did not write is there afterwards, byte for byte. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { parseConfig } from '../aws-config/read-config.ts'
import { type GeneratedProfile, MARK, sectionOf } from './generated-profile.ts'
import { planChanges } from './plan-changes.ts'

const session = 'corp'
const names = ['a', 'b', 'Dev/Admin', 'x.y']
const profiles: fc.Arbitrary<GeneratedProfile> = fc.record(
  {
    name: fc.constantFrom(...names),
    session: fc.constant(session),
    accountId: fc.constantFrom('111111111111', '222222222222'),
    roleName: fc.constantFrom('Admin', 'Reader'),
    region: fc.constantFrom('eu-west-1', 'us-east-1'),
  },
  { requiredKeys: ['name', 'session', 'accountId', 'roleName'] },
)
const wishes = fc.uniqueArray(profiles, { selector: ({ name }) => name })

/** Bytes of others: settings, comments, empty lines, sections of all kinds, and what is no UTF-8. */
const foreign = fc.constantFrom(
  ...[
    '[default]',
    '[profile z]',
    '[profile a]',
    '[sso-session corp]',
    '[other]',
    '[profile "q r"] # c',
    '[services s]',
  ],
  ...[
    'region = eu-north-1',
    'output=json',
    '  indented = 1',
    's3 =',
    'source_profile = b',
    'sso_session = corp',
    'junk',
  ],
  ...['# comment', '; comment [profile b]', '', '', '   ', '\t', `${MARK} = corp 0123456789ab`, `${MARK} = mine`],
  ...['k = \xe9\xff', '# \xc3\xbc'],
)
const ours = profiles.map(profile => sectionOf(profile).join('\n'))
const files = fc
  .tuple(
    fc.array(fc.oneof({ weight: 3, arbitrary: foreign }, { weight: 1, arbitrary: ours }), { maxLength: 14 }),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([lines, lineEnd, ends, bom]) => {
    const text = lines.join('\n').replaceAll('\n', lineEnd) + (ends && lines.length > 0 ? lineEnd : '')
    return Buffer.from(`${bom ? '\xef\xbb\xbf' : ''}${text}`, 'latin1')
  })

const latin = (bytes: Buffer): string => bytes.toString('latin1')
const linesIn = (text: string): string[] =>
  text
    .replace(/^\xef\xbb\xbf/, '')
    .split('\n')
    .map(line => line.replace(/\r$/, ''))
/** Every line that stands in a generated section, whatever its values. */
const isOurLine = (line: string): boolean =>
  /^\[profile (?:a|b|Dev\/Admin|x\.y)\]|^(?:sso_(?:session|account_id|role_name)|region|vault_sso_generated) = /.test(
    line,
  )

const run = (old: Buffer, wanted: readonly GeneratedProfile[], prune: boolean) =>
  planChanges(
    old,
    { profiles: wanted, allowed: new Set(wanted.map(({ name }) => name)) },
    { file: 'config', session, prune },
  )

it('adding alone leaves every byte that was there', () => {
  fc.assert(
    fc.property(files, wishes, (old, wanted) => {
      const { changes, bytes } = run(old, wanted, false)
      fc.pre(changes.every(({ kind }) => kind === 'add'))
      if (changes.length === 0) assert.deepEqual(bytes, old)
      else assert.deepEqual(bytes.subarray(0, old.length), old)
    }),
    { numRuns: 3000 },
  )
})

it('changing and removing leaves every line of others, in its order and with its line end', () => {
  let removed = 0
  let changed = 0
  fc.assert(
    fc.property(files, wishes, fc.boolean(), (old, wanted, prune) => {
      const { changes, bytes } = run(old, wanted, prune)
      for (const { kind } of changes) {
        if (kind === 'remove') removed++
        if (kind === 'change') changed++
      }
      const theirs = (text: string) => linesIn(text).filter(line => line.trim() !== '' && !isOurLine(line))
      assert.deepEqual(theirs(latin(bytes)), theirs(latin(old)))
      // Lines of a kind that could be ours: gone are those, and only those, that the difference shows.
      const count = (text: string) => linesIn(text).filter(line => line.trim() !== '').length
      const shown = changes.flatMap(({ diff }) => diff.map(([sign]) => sign))
      const balance = shown.filter(sign => sign === '+').length - shown.filter(sign => sign === '-').length
      assert.equal(count(latin(bytes)) - count(latin(old)), balance)
    }),
    { numRuns: 3000 },
  )
  assert.ok(removed > 100 && changed > 100, `${removed} ${changed}`)
})

it('what is not shown as changed means what it meant', () => {
  fc.assert(
    fc.property(files, wishes, fc.boolean(), (old, wanted, prune) => {
      const { changes, bytes } = run(old, wanted, prune)
      const [before, after] = [old, bytes].map(it => parseConfig(it.toString('utf8'), ''))
      const touched = new Set(changes.map(({ profile }) => `profile.${profile}`))
      for (const [key, { values }] of before?.sections ?? []) {
        if (touched.has(key)) continue
        const now = after?.sections.get(key)?.values
        assert.deepEqual(
          [...(now ?? [])].map(([name, { value }]) => [name, value]),
          [...values].map(([name, { value }]) => [name, value]),
        )
      }
    }),
    { numRuns: 3000 },
  )
})

it('a second run finds nothing to do', () => {
  fc.assert(
    fc.property(files, wishes, fc.boolean(), (old, wanted, prune) => {
      const { bytes } = run(old, wanted, prune)
      const again = run(bytes, wanted, prune)
      assert.deepEqual(again.changes, [])
      assert.deepEqual(again.bytes, bytes)
    }),
    { numRuns: 3000 },
  )
})

it('what was added goes again without a trace but the line end and the empty line that it needed', () => {
  fc.assert(
    fc.property(files, wishes, (old, wanted) => {
      // Where somebody relies on a profile, it stays.
      fc.pre(!old.includes('source_profile'))
      const added = run(old, wanted, false)
      fc.pre(added.changes.length > 0 && added.changes.every(({ kind }) => kind === 'add'))
      const rest = run(added.bytes, [], true).bytes
      const before = run(old, [], true).bytes
      assert.equal(latin(rest).trimEnd(), latin(before).trimEnd())
    }),
    { numRuns: 3000 },
  )
})
