import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError, type SsoRole } from '@aws-vault/plugin-sdk'
import { parseTemplate } from './name-template.ts'
import { type Wish, wantedProfiles } from './wanted-profiles.ts'

const role = (accountName: string, roleName = 'Admin', accountId = '111111111111'): SsoRole => ({
  ...{ accountId, accountName, roleName },
  accountEmail: 'aws+dev@example.com',
})
const named = (template: string, of: SsoRole): string => parseTemplate(template)(of, 'my corp')

describe('a template', () => {
  const rows: readonly [template: string, of: SsoRole, name: string][] = [
    ['{account_name}/{role_name}', role('Development'), 'Development/Admin'],
    ['{session}.{account_id}:{role_name}', role('x'), 'my-corp.111111111111:Admin'],
    ['{account_email}', role('x'), 'aws+dev@example.com'],
    ['{account_email}', { accountId: '111111111111', accountName: '', roleName: 'A' }, '111111111111'],
    ['{account_name}', role('Team / Dév (EU) [1] #2'), 'Team-Dev-EU-1-2'],
    ['{account_name}', role(' - x_y.z@a+b-c - '), 'x_y.z@a+b-c'],
    ['{account_name}', role('a\nb]\u202e\0'), 'a-b'],
    ['{account_name}', role('開発'), '111111111111'],
    ['{role_name}', role('x', 'A=b,c'), 'A-b-c'],
  ]
  for (const [template, of, name] of rows) {
    it(`${template} is ${name}`, () => assert.equal(named(template, of), name))
  }
  for (const template of ['{account}', '{constructor}', 'a b', '{role_name}]', '{role_name', 'ü', 'a\n']) {
    it(`${JSON.stringify(template)} is refused`, () => {
      assert.throws(
        () => parseTemplate(template),
        error => isVaultError(error, 'ERR_SSO_TEMPLATE') && error.facts.exitCode === 2,
      )
    })
  }
})

describe('wanted profiles', () => {
  const available = [role('Dev'), role('Dev', 'Reader'), role('Prod', 'Reader', '222222222222')]
  const wanted = (wish: Partial<Wish> = {}, of: readonly SsoRole[] = available) =>
    wantedProfiles(of, { session: 'corp', name: parseTemplate('{account_name}/{role_name}'), ...wish })
  const names = (wish?: Partial<Wish>) => wanted(wish).profiles.map(({ name }) => name)
  const fails = (code: string, message: RegExp, wish?: Partial<Wish>, of?: readonly SsoRole[]) =>
    assert.throws(
      () => wanted(wish, of),
      error => isVaultError(error, code) && message.test(error.message),
    )

  it('are one for each role in each account', () => {
    assert.deepEqual(names(), ['Dev/Admin', 'Dev/Reader', 'Prod/Reader'])
    const [first] = wanted({ region: 'eu-west-1' }).profiles
    const accountId = '111111111111'
    assert.deepEqual(first, { name: 'Dev/Admin', session: 'corp', accountId, roleName: 'Admin', region: 'eu-west-1' })
  })
  it('are those of some accounts, by name or ID, and of some roles; the others might be, too', () => {
    assert.deepEqual(names({ accounts: ['Dev'], roles: ['Reader'] }), ['Dev/Reader'])
    assert.deepEqual(names({ accounts: ['222222222222'] }), ['Prod/Reader'])
    assert.deepEqual([...wanted({ accounts: ['Dev'] }).allowed], ['Dev/Admin', 'Dev/Reader', 'Prod/Reader'])
    fails('ERR_SSO_FILTER', /no account "Stage"/, { accounts: ['Dev', 'Stage'] })
    fails('ERR_SSO_FILTER', /no role "admin"/, { roles: ['admin'] })
  })
  it('have names of their own', () => {
    const name = parseTemplate('{role_name}')
    const places =
      /2 profiles would be called "Reader": Reader in 111111111111 \(Dev\), Reader in 222222222222 \(Prod\)/
    fails('ERR_SSO_NAME', places, { name })
    assert.deepEqual(names({ name, accounts: ['Dev'] }), ['Admin', 'Reader'])
  })
  it('are called what a profile can be called, and not default', () => {
    const only = (template: string) => [{ name: parseTemplate(template), accounts: ['Prod'] }] as const
    for (const template of ['default', '-{role_name}', '__proto__', '']) {
      fails('ERR_SSO_NAME', /which no profile of this kind may be called/, ...only(template))
    }
  })
  it('are for accounts and roles that can be: what the portal says is to stand in a file', () => {
    fails('ERR_SSO_ANSWER', /can be neither/, {}, [role('x', 'Admin\ncredential_process = evil')])
    fails('ERR_SSO_ANSWER', /can be neither/, {}, [role('x', 'Admin', '11111111111')])
  })
})
