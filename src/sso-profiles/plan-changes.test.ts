import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { type GeneratedProfile, sectionOf } from './generated-profile.ts'
import { type Changes, planChanges } from './plan-changes.ts'

const session = 'corp'
const profile = (name: string, region?: string, accountId = '111111111111'): GeneratedProfile => ({
  ...{ name, session, accountId, roleName: 'Admin' },
  ...(region === undefined ? {} : { region }),
})
const section = (...args: Parameters<typeof profile>): string => `${sectionOf(profile(...args)).join('\n')}\n`

interface Asked {
  readonly prune?: boolean
  /** Names that a filter left out. */
  readonly allowed?: readonly string[]
}

function plan(
  before: string | Buffer,
  wanted: readonly GeneratedProfile[],
  { prune = false, allowed = [] }: Asked = {},
) {
  const names = new Set([...wanted.map(({ name }) => name), ...allowed])
  const options = { file: 'config', session, prune }
  const changes: Changes = planChanges(Buffer.from(before), { profiles: wanted, allowed: names }, options)
  return { ...changes, text: changes.bytes.toString(), kinds: changes.changes.map(it => `${it.kind} ${it.profile}`) }
}

describe('a profile that is missing', () => {
  it('is added at the end, as the lines of the file end', () => {
    assert.equal(plan('', [profile('a')]).text, section('a'))
    assert.equal(plan('[profile x]\nk = v', [profile('a')]).text, `[profile x]\nk = v\n\n${section('a')}`)
    const crlf = (text: string) => text.replaceAll('\n', '\r\n')
    const two = [profile('a', 'eu-west-1'), profile('b')]
    assert.equal(
      plan('[profile x]\r\n', two).text,
      crlf(`[profile x]\n\n${section('a', 'eu-west-1')}\n${section('b')}`),
    )
  })
  it('is shown as it will stand there', () => {
    assert.deepEqual(
      plan('', [profile('a')]).changes[0]?.diff,
      sectionOf(profile('a')).map(line => ['+', line]),
    )
  })
})

describe('a profile that is there', () => {
  it('and as it should be is not touched', () => {
    const { text, changes, kept, stale } = plan(section('a', 'eu-west-1'), [profile('a', 'eu-west-1')])
    assert.deepEqual([text, changes, kept, stale], [section('a', 'eu-west-1'), [], [], []])
  })
  it('keeps its region where nobody asks for one', () => {
    assert.deepEqual(plan(section('a', 'eu-west-1'), [profile('a')]).changes, [])
  })
  it('is changed in its place, and all that somebody added stays', () => {
    const before = section('a', 'eu-west-1')
      .replace('[profile a]', '# mine\n[profile a] # too')
      .replace('\nregion', '\noutput = json\n\nregion')
      .replace('= eu-west-1', ' =  eu-west-1  # here')
    const { text, changes, kinds } = plan(`${before}[profile b]\n`, [profile('a', 'us-east-1', '222222222222')])
    const mark = (text: string): string => /corp [0-9a-f]{12}/.exec(text)?.[0] ?? ''
    const after = before.replace('111111111111', '222222222222').replace('eu-west-1', 'us-east-1')
    const newMark = mark(section('a', 'us-east-1', '222222222222'))
    assert.equal(text, `${after.replace(mark(before), newMark)}[profile b]\n`)
    assert.deepEqual(kinds, ['change a'])
    assert.deepEqual(changes[0]?.diff.slice(0, 3), [
      [' ', '[profile a] # too'],
      ['-', 'sso_account_id = 111111111111'],
      ['+', 'sso_account_id = 222222222222'],
    ])
  })
  it('gets a region where there was none', () => {
    assert.equal(plan(section('a'), [profile('a', 'eu-west-1')]).text, section('a', 'eu-west-1'))
    // The mark first, and no line end at the end.
    const lines = sectionOf(profile('a'))
    const turned = [lines[0], lines.at(-1), ...lines.slice(1, -1)].join('\n')
    assert.match(plan(turned, [profile('a', 'eu-west-1')]).text, /\nsso_role_name = Admin\nregion = eu-west-1$/)
  })
  it('keeps a region that somebody added, and that is said', () => {
    const before = section('a').replace('sso_role', 'region = eu-north-1\nsso_role')
    const { text, kept } = plan(before, [profile('a', 'eu-west-1')])
    assert.equal(text, before)
    assert.deepEqual(kept, [{ profile: 'a', reason: 'its region, eu-north-1, is not from sso configure and stays' }])
    const moved = plan(before, [profile('a', 'eu-west-1', '222222222222')])
    assert.deepEqual([moved.kinds, moved.kept.length], [['change a'], 1])
    assert.match(moved.text, /\nsso_account_id = 222222222222\nregion = eu-north-1\n/)
    assert.deepEqual(plan(moved.text, [profile('a', undefined, '222222222222')]).changes, [])
  })

  const notOurs: readonly [name: string, text: string, reason: RegExp][] = [
    ['that we did not write', section('a').replace(/vault_.*\n/, ''), /did not write it/],
    ['of another session', section('a').replace('= corp ', '= other '), /wrote it for the sso-session other$/],
    ['with a mark that is none', section('a').replace(/corp [0-9a-f]+/, 'corp'), /did not write it/],
    ['whose account was edited', section('a').replace('111111111111', '333333333333'), /was edited/],
    ['whose role was edited', section('a').replace('Admin', 'Reader'), /was edited/],
    ['whose session was edited', section('a').replace('sso_session = corp', 'sso_session = c'), /was edited/],
    ['whose region was edited', section('a', 'eu-west-1').replace('eu-west-1', 'eu-west-3'), /was edited/],
    ['whose region was removed', section('a', 'eu-west-1').replace(/region.*\n/, ''), /was edited/],
    ['that is a copy of another one', section('b').replace('[profile b]', '[profile a]'), /was edited/],
    ['that is there twice', `${section('a')}[profile a]\nregion = eu-west-1\n`, /was edited/],
    ['that is there twice, the mark last', `[profile a]\nregion = x\n${section('a')}`, /was edited/],
  ]
  for (const [name, before, reason] of notOurs) {
    it(`${name} is left as it is, and that is said`, () => {
      const { text, changes, kept } = plan(before, [profile('a', 'us-east-1', '999999999999')], { prune: true })
      assert.equal(text, before)
      assert.deepEqual(changes, [])
      assert.equal(kept[0]?.profile, 'a')
      assert.match(kept[0]?.reason ?? '', reason)
    })
  }
})

describe('a profile for what is no longer there', () => {
  const before = `[profile x]\n\n${section('a')}\n${section('b')}\n# of y\n[profile y]\nk = v\n`

  it('is said, and stays', () => {
    const { text, stale, changes } = plan(before, [profile('b')])
    assert.deepEqual([text, stale, changes], [before, ['a'], []])
  })
  it('goes with --prune, and every other byte stays', () => {
    assert.equal(plan(before, [profile('b')], { prune: true }).text, before.replace(`${section('a')}\n`, ''))
    const { text, kinds } = plan(before, [], { prune: true })
    assert.equal(text, '[profile x]\n\n# of y\n[profile y]\nk = v\n')
    assert.deepEqual(kinds, ['remove a', 'remove b'])
  })
  it('stays where only a filter left it out', () => {
    assert.deepEqual(plan(before, [], { prune: true, allowed: ['a', 'b'] }).changes, [])
  })

  const staying: readonly [name: string, text: string, reason: RegExp][] = [
    ['that was edited', section('a').replace('Admin', 'Reader'), /was edited/],
    ['with a key more', `${section('a')}output = json\n`, /has lines/],
    ['with a key more, behind an empty line', `${section('a')}\noutput = json\n`, /has lines/],
    ['with a comment in it', section('a').replace('sso_role', '# why\nsso_role'), /has lines/],
    ['with a comment at its header', section('a').replace(']', '] # why'), /has lines/],
    ['with a line that is nothing', `${section('a')}what\n`, /has lines/],
    [
      'that signs for another',
      `${section('a')}\n[profile z]\nsource_profile = a\n`,
      /\[profile z\] names it as its source/,
    ],
    ['that is included', `${section('a')}\n[default]\ninclude_profile = a\n`, /\[default\] names it as its include/],
  ]
  for (const [name, text, reason] of staying) {
    it(`${name} stays all the same, and that is said`, () => {
      const outcome = plan(text, [], { prune: true })
      assert.equal(outcome.text, text)
      assert.match(outcome.kept[0]?.reason ?? '', reason)
    })
  }
  it('of another session stays', () => {
    const other = section('a').replace('= corp ', '= other ')
    assert.deepEqual(plan(other, [], { prune: true }).kinds, [])
  })
})

it('a file in which nobody can tell where a profile ends is not changed', () => {
  assert.throws(
    () => plan('[profile a]\n[profile b\n', [profile('c')]),
    error => isVaultError(error, 'ERR_CONFIG_SYNTAX') && error.message.startsWith('config:2: '),
  )
})
