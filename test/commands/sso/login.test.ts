import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SSO_CONFIG, START_URL, setSsoScene } from '../../support/sso-scene.ts'

const login = ['RegisterClient', 'CreateToken']

for (const [name, args] of [
  ['the only portal', []],
  ['a session', ['corp']],
  ['a profile', ['prod']],
] as const) {
  it(`logs in to the portal of ${name}, also where there is a login`, async () => {
    await using scene = await setSsoScene()
    const env = { env: scene.browser }
    assert.equal((await scene.sandbox.ok(['sso', 'login', ...args], env)).stdout, `Logged in to ${START_URL}.\n`)
    await scene.sandbox.ok(['exec', 'dev', 'true'])
    await scene.sandbox.ok(['sso', 'login', ...args], env)
    assert.deepEqual(scene.ssoCalls(), [...login, 'GetRoleCredentials', ...login])
  })
}

it('gives the end of the login as JSON', async () => {
  await using scene = await setSsoScene()
  const { stdout } = await scene.sandbox.ok(['sso', 'login', '--browser', scene.browser.AWS_VAULT_BROWSER, '--json'])
  const { startUrl, expiration } = JSON.parse(stdout)
  assert.equal(startUrl, START_URL)
  assert.ok(Math.abs(Date.parse(expiration) - Date.now() - 8 * 3_600_000) < 60_000)
})

it('needs a name that has a portal', async () => {
  const other =
    '\n[sso-session other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n[profile keys]\n'
  await using scene = await setSsoScene({}, SSO_CONFIG + other)
  const fails = async (...args: string[]): Promise<string> =>
    (await scene.sandbox.fails(['sso', 'login', ...args])).stderr
  assert.match(await fails(), /there are 2 portals: say which one\n {2}hint: name one of: corp, other\n/)
  assert.match(await fails('cork'), /no profile and no sso-session "cork" in .*\n {2}hint: did you mean "corp"\?/)
  assert.match(await fails('keys'), /profile "keys" does not use single sign-on/)
})
