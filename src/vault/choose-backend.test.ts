import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BACKEND_ORDER, type Candidate, chooseBackend } from './choose-backend.ts'

const works = (name: string, holdsKeys?: boolean): Candidate => ({
  name,
  answer: { available: true },
  ...(holdsKeys === undefined ? {} : { holdsKeys }),
})
const not = (name: string, reason = 'no'): Candidate => ({ name, answer: { available: false, reason } })

describe('the default keyring', () => {
  const rows: readonly [what: string, candidates: readonly Candidate[], chosen: string][] = [
    ['everything works', BACKEND_ORDER.map(name => works(name, false)), 'wincred'],
    ['everything works, in another order', BACKEND_ORDER.toReversed().map(name => works(name, false)), 'wincred'],
    ['macOS', [not('wincred'), works('keychain'), works('pass'), works('file', false)], 'keychain'],
    [
      'a desktop of GNOME',
      [works('secret-service'), not('kwallet'), works('keyctl', false), works('file', false)],
      'secret-service',
    ],
    ['a desktop of KDE', [not('secret-service'), works('kwallet'), works('pass'), works('file', false)], 'kwallet'],
    [
      'no desktop, pass',
      [not('secret-service'), not('kwallet'), works('keyctl', false), works('pass'), works('file', false)],
      'pass',
    ],
    [
      'no desktop, the kernel only',
      [not('secret-service'), works('keyctl', false), not('pass'), works('file', false)],
      'file',
    ],
    [
      'no desktop, keys in the kernel',
      [not('secret-service'), works('keyctl', true), works('pass'), works('file', false)],
      'keyctl',
    ],
    [
      'a machine with nothing',
      [not('secret-service'), not('kwallet'), not('keyctl'), not('pass'), works('file', false)],
      'file',
    ],
    ['a keyring that has to be named', [works('libsecret'), works('sqlite'), works('file', false)], 'file'],
    ['no others came with us', [works('file', false)], 'file'],
    ['keys in files', [works('secret-service'), works('pass'), works('file', true)], 'file'],
    ['keys in files and in the kernel', [works('keyctl', true), works('file', true)], 'file'],
    [
      'keys in files that cannot be read',
      [works('secret-service'), { ...not('file'), holdsKeys: true }],
      'secret-service',
    ],
  ]
  for (const [what, candidates, chosen] of rows) {
    it(`${what}: ${chosen}`, () => assert.equal(chooseBackend(candidates).name, chosen))
  }
  it('says so when files are used though something better works', () => {
    const { note } = chooseBackend([works('secret-service'), works('file', true)])
    assert.match(
      note ?? '',
      /"file", since your keys are in it; "secret-service" works here too .*--backend secret-service/,
    )
  })
  it('says nothing when there is nothing to say', () => {
    for (const candidates of [
      [works('secret-service'), works('file', false)],
      [not('pass'), works('file', true)],
    ]) {
      assert.equal(chooseBackend(candidates).note, undefined)
    }
  })
  it('says of each one why it does not work when none does', () => {
    assert.throws(() => chooseBackend([not('file', 'no permission'), not('pass', 'no gpg'), works('keyctl', false)]), {
      code: 'ERR_KEYRING_NONE',
      message: 'no keyring works here (keyctl: is empty; pass: no gpg; file: no permission)',
    })
  })
})
