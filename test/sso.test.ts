/** Single sign-on, from the config file to the credentials, with a real HTTP client for a browser. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { RUN } from './support/sandbox.ts'
import { SSO_CONFIG, START_URL, setSsoScene, shownCode } from './support/sso-scene.ts'
import { Terminal } from './support/terminal.ts'

const login = ['RegisterClient', 'CreateToken']
const deviceLogin = ['RegisterClient', 'StartDeviceAuthorization', 'CreateToken']

describe('with a browser on this screen', () => {
  it('one login serves all profiles of the portal, and nothing is called while credentials are cached', async () => {
    await using scene = await setSsoScene()
    const { sandbox, aws } = scene
    const env = { env: scene.browser }
    const first = await sandbox.environmentUnder(['dev'], env)
    assert.deepEqual(scene.ssoCalls(), [...login, 'GetRoleCredentials'])
    const call = aws.calls.at(-1)
    assert.deepEqual(call?.parameters, { account_id: '111111111111', role_name: 'Admin' })
    assert.deepEqual([first.AWS_ACCESS_KEY_ID, first.AWS_REGION], [call?.issued, 'eu-central-1'])
    assert.equal(await sandbox.accessKeyIdUnder(['dev']), call?.issued)
    assert.equal(await sandbox.accessKeyIdUnder(['prod']), aws.calls.at(-1)?.issued)
    assert.deepEqual(scene.ssoCalls().slice(3), ['GetRoleCredentials'])
    assert.deepEqual(aws.calls.at(-1)?.parameters, { account_id: '222222222222', role_name: 'Reader' })
    assert.equal(scene.opened().length, 1)
    assert.ok(scene.opened()[0]?.endsWith(' undefined'), 'the browser got the passphrase')
    assert.equal(existsSync(sandbox.path('.aws/sso')), false)
  })

  it('the address is shown, and PKCE and the redirect are as AWS wants them', async () => {
    await using scene = await setSsoScene()
    const { stderr } = await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    const [address = ''] = scene.opened()[0]?.split(' ') ?? []
    assert.ok(stderr.includes(address))
    const [register, authorize] = scene.aws.calls
    assert.deepEqual(register?.parameters, {
      clientName: 'aws-vault',
      clientType: 'public',
      scopes: 'sso:account:access',
      grantTypes: 'authorization_code refresh_token',
      redirectUris: 'http://127.0.0.1/oauth/callback',
      issuerUrl: START_URL,
    })
    assert.match(authorize?.parameters.redirect_uri ?? '', /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/)
    assert.equal(new URL(address).searchParams.get('code_challenge_method'), 'S256')
  })

  it('a login that is declined is an error, and leaves nothing behind', async () => {
    await using scene = await setSsoScene()
    scene.aws.decideLogins('denied')
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env: scene.browser })
    assert.match(stderr, /the login to https:\S+ was declined in the browser\n {2}hint: .* aws-vault sso login dev/)
    assert.deepEqual(scene.ssoCalls(), ['RegisterClient'])
  })

  it('a browser that cannot be opened is said; without a terminal that is the end', async () => {
    await using scene = await setSsoScene()
    const env = { AWS_VAULT_BROWSER: '/bin/false' }
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env })
    assert.match(stderr, /\/bin\/false cannot be opened: it ended with 1\n/)
    assert.match(stderr, /neither a browser nor a terminal\n {2}hint: run in a terminal: aws-vault sso login dev/)
  })
})

describe('with a code', () => {
  it('the code is shown, and waited for as long as nobody has decided', async () => {
    await using scene = await setSsoScene()
    const { aws, sandbox } = scene
    const run = sandbox.start(['exec', 'dev', '--device-code', 'true'])
    const code = await shownCode(run)
    await aws.waitForCall(({ result }) => result === 'AuthorizationPendingException')
    await fetch(`${aws.url}/device?user_code=${code}`)
    const { code: exitCode, stderr } = await run.ended
    assert.equal(exitCode, 0, stderr)
    assert.ok(stderr.includes(`open ${aws.url}/device and enter the code ${code}\n`))
    assert.ok(stderr.includes(`/device?user_code=${code} and confirm, if the page shows the code ${code}\n`))
    const [register] = aws.calls
    assert.match(register?.parameters.grantTypes ?? '', /device_code refresh_token$/)
    assert.deepEqual([...new Set(scene.ssoCalls())], [...deviceLogin, 'GetRoleCredentials'])
  })

  it('slow_down is obeyed', async () => {
    await using scene = await setSsoScene()
    scene.aws.faults.add({ action: 'CreateToken', effect: { error: { code: 'SlowDownException' } } })
    const run = scene.sandbox.start(['exec', 'dev', '--device-code', 'true'])
    scene.aws.decideDevice(await shownCode(run), 'approved')
    const { code, stderr } = await run.ended
    assert.equal(code, 0, stderr)
    const [refused, granted] = scene.aws.calls.filter(({ action }) => action === 'CreateToken')
    assert.ok((granted?.time ?? 0) - (refused?.time ?? 0) >= 6000 - 50)
  })

  it('the interval of the server is kept while the login is pending', async () => {
    await using scene = await setSsoScene({ interval: 2 })
    const { aws, sandbox } = scene
    const run = sandbox.start(['exec', 'dev', '--device-code', 'true'])
    const code = await shownCode(run)
    const polls = () => aws.calls.filter(({ action }) => action === 'CreateToken')
    await aws.waitForCall(({ action }) => action === 'CreateToken' && polls().length === 2)
    aws.decideDevice(code, 'approved')
    assert.equal((await run.ended).code, 0)
    const [started] = aws.calls.filter(({ action }) => action === 'StartDeviceAuthorization')
    const times = [started, ...polls()].map(call => call?.time ?? 0)
    for (const [index, time] of times.slice(1).entries()) assert.ok(time - (times[index] ?? 0) >= 2000 - 50, `${times}`)
    assert.deepEqual(
      polls().map(({ result }) => result),
      ['AuthorizationPendingException', 'AuthorizationPendingException', 'ok'],
    )
  })

  it('of which AWS says that it is over is an error, and nothing is asked any more', async () => {
    await using scene = await setSsoScene()
    scene.aws.faults.add({ action: 'CreateToken', effect: { error: { code: 'ExpiredTokenException' } } })
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', '--device-code', 'true'])
    assert.match(stderr, /nobody approved the login to https:\S+ in time\n {2}hint: .* aws-vault sso login dev/)
    assert.deepEqual(scene.ssoCalls(), deviceLogin)
  })

  it('one that is declined, and one that nobody confirms in time, are errors', async () => {
    await using scene = await setSsoScene({ deviceSeconds: 2 })
    const declined = scene.sandbox.start(['exec', 'dev', '--device-code', 'true'])
    scene.aws.decideDevice(await shownCode(declined), 'denied')
    assert.match((await declined.ended).stderr, /was declined in the browser/)
    const late = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env: { AWS_VAULT_STDOUT: 'true' } })
    assert.match(late.stderr, /nobody approved the login to https:\S+ in time/)
  })

  it('in a terminal without a browser it is what happens by itself', {
    skip: process.platform === 'win32',
  }, async () => {
    await using scene = await setSsoScene()
    using terminal = new Terminal(scene.sandbox, ['exec', 'dev', '--', 'echo', 'done'])
    const opened = await terminal.sees(/\/device\?user_code=([A-Z-]{9}) and confirm, if the page shows the code \1/)
    await fetch(`${scene.aws.url}/device?user_code=${opened[1]}`)
    await terminal.sees(/done/)
    assert.equal((await terminal.ended).code, 0)
  })

  it('is shown on the terminal though the caller keeps stderr to itself', {
    skip: process.platform === 'win32' && 'there is no /dev/tty',
  }, async () => {
    await using scene = await setSsoScene()
    const { sandbox } = scene
    const caller = `exec "$0" "$1" export --format json dev > answer 2> errors`
    using terminal = new Terminal(sandbox, ['-c', caller, process.execPath, RUN], { program: '/bin/sh' })
    const shown = await terminal.sees(/\/device\?user_code=([A-Z-]{9}) and confirm, if the page shows the code \1/)
    await fetch(`${scene.aws.url}/device?user_code=${shown[1]}`)
    assert.equal((await terminal.ended).code, 0)
    assert.equal(JSON.parse(sandbox.read('answer')).AccessKeyId, scene.aws.calls.at(-1)?.issued)
    assert.ok(sandbox.read('errors').includes(`the code ${shown[1]}\n`))
  })

  it('without a terminal nobody could see it: the command to log in is said instead', async () => {
    await using scene = await setSsoScene()
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'])
    assert.match(stderr, /hint: run in a terminal: aws-vault sso login dev/)
    assert.deepEqual(scene.aws.calls, [])
  })
})

describe('a login', () => {
  it('that ends soon is renewed without the person, and that goes on and on', async () => {
    await using scene = await setSsoScene({ accessTokenSeconds: 60 })
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    await scene.sandbox.ok(['exec', 'prod', 'true'])
    await scene.sandbox.ok(['exec', 'prod', '--refresh', 'true'])
    const renewal = ['CreateToken', 'GetRoleCredentials']
    assert.deepEqual(scene.ssoCalls(), [...login, 'GetRoleCredentials', ...renewal, ...renewal])
    assert.equal(scene.aws.calls.at(-2)?.parameters.grantType, 'refresh_token')
  })

  it('that the organisation wants anew is asked of the person', async () => {
    await using scene = await setSsoScene({ accessTokenSeconds: 20, loginSeconds: 0 })
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    await scene.sandbox.ok(['exec', 'prod', 'true'], { env: scene.browser })
    assert.equal(scene.opened().length, 2)
    assert.equal(scene.aws.calls.filter(({ result }) => result === 'InvalidGrantException').length, 1)
  })

  it('that ended is renewed before the portal is asked', async () => {
    await using scene = await setSsoScene({ accessTokenSeconds: 1 })
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    const start = Date.now()
    scene.aws.setClock(() => start + 60_000)
    scene.aws.clearCalls()
    await scene.sandbox.ok(['exec', 'prod', 'true'])
    assert.deepEqual(scene.ssoCalls(), ['CreateToken', 'GetRoleCredentials'])
    assert.equal(scene.opened().length, 1)
  })

  for (const code of [
    'InvalidGrantException',
    'ExpiredTokenException',
    'AccessDeniedException',
    'UnauthorizedClientException',
  ]) {
    it(`whose refresh token AWS rejects (${code}) is made anew by the person, once`, async () => {
      await using scene = await setSsoScene({ accessTokenSeconds: 20 })
      await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
      scene.aws.clearCalls()
      scene.aws.faults.add({ action: 'CreateToken', effect: { error: { code } } })
      await scene.sandbox.ok(['exec', 'prod', 'true'], { env: scene.browser })
      assert.deepEqual(scene.ssoCalls(), ['CreateToken', ...login, 'GetRoleCredentials'])
      assert.equal(scene.aws.calls[0]?.result, code)
      assert.equal(scene.opened().length, 2)
    })
  }

  it('whose refresh token AWS rejects is an error where nobody can log in', async () => {
    await using scene = await setSsoScene({ accessTokenSeconds: 20 })
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    scene.aws.revokeLogins()
    const { stderr } = await scene.sandbox.fails(['exec', 'prod', 'true'])
    assert.match(stderr, /needs a login to https:\S+, and there is neither a browser nor a terminal/)
  })

  it('that was revoked is dropped, and made anew once', async () => {
    await using scene = await setSsoScene()
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    scene.aws.revokeLogins()
    scene.aws.clearCalls()
    await scene.sandbox.ok(['exec', 'prod', 'true'], { env: scene.browser })
    assert.deepEqual(scene.ssoCalls(), ['GetRoleCredentials', ...login, 'GetRoleCredentials'])
  })

  it('that is refused though it is new is an error, and is not kept', async () => {
    await using scene = await setSsoScene()
    const error = { code: 'UnauthorizedException', status: 401, message: 'Session token not found or invalid' }
    scene.aws.faults.add({ action: 'GetRoleCredentials', times: 'always', effect: { error } })
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env: scene.browser })
    assert.match(stderr, /does not accept the login to https:\S+: UnauthorizedException: Session token not found/)
    assert.equal(scene.opened().length, 1)
    assert.equal((await scene.sandbox.ok(['list', '--sessions'])).stdout, '')
  })

  it('is listed with its profiles, and cleared with them', async () => {
    await using scene = await setSsoScene()
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser })
    const { stdout } = await scene.sandbox.ok(['list', '--sessions'])
    assert.match(stdout, /^dev sso\.GetRoleCredentials:59m\ndev oidc:https:\S+\nprod oidc:https:\S+\n$/)
    assert.match((await scene.sandbox.ok(['clear', 'prod'])).stdout, /Cleared 1 session\./)
    assert.equal((await scene.sandbox.ok(['list', '--sessions'])).stdout, 'dev sso.GetRoleCredentials:59m\n')
  })
})

test('a role on top is assumed with the credentials of single sign-on', async () => {
  const role = 'role_arn = arn:aws:iam::123456789012:role/on-top\n'
  const beside = `${SSO_CONFIG.replace('[profile prod]', `${role}\n[profile prod]`)}`
  const above = `${SSO_CONFIG}\n[profile top]\nsource_profile = dev\n${role}`
  for (const [config, profile] of [[beside, 'dev'] as const, [above, 'top'] as const]) {
    await using scene = await setSsoScene({}, config)
    const id = await scene.sandbox.accessKeyIdUnder([profile], { env: scene.browser })
    assert.deepEqual(scene.ssoCalls(), [...login, 'GetRoleCredentials', 'AssumeRole'])
    assert.equal(id, scene.aws.calls.at(-1)?.issued)
    assert.match(scene.aws.calls.at(-1)?.signer ?? '', /:assumed-role\/AWSReservedSSO_Admin_[0-9a-f]+\/alice$/)
    assert.equal(await scene.sandbox.accessKeyIdUnder([profile]), id)
  }
})

test('another account or role in the config gives its credentials at once, not the old ones', async () => {
  await using scene = await setSsoScene()
  const first = await scene.sandbox.accessKeyIdUnder(['dev'], { env: scene.browser })
  scene.sandbox.config(SSO_CONFIG.replace('Admin', 'Ops'))
  const second = await scene.sandbox.accessKeyIdUnder(['dev'])
  scene.sandbox.config(SSO_CONFIG.replace('111111111111', '333333333333').replace('Admin', 'Reader'))
  const third = await scene.sandbox.accessKeyIdUnder(['dev'])
  assert.equal(new Set([first, second, third]).size, 3)
  assert.equal(scene.opened().length, 1)
})

test('a role that the person does not have is denied in the words of AWS', async () => {
  await using scene = await setSsoScene({}, SSO_CONFIG.replace('Reader', 'Admin'))
  const { stderr } = await scene.sandbox.fails(['exec', 'prod', 'true'], 1, { env: scene.browser })
  assert.match(stderr, /denied profile "prod" the role Admin in account 222222222222: ForbiddenException: No access\n/)
  assert.match(stderr, /hint: see what you may use: aws-vault sso list prod/)
})

const seconds = (begun: number): string => `${((performance.now() - begun) / 1000).toFixed(1)} s`

describe('many at once, with nothing cached', () => {
  const exportArgs = ['export', '--format', 'json', 'dev']

  it('100: one login, one GetRoleCredentials, the same answer for all', async context => {
    await using scene = await setSsoScene()
    const begun = performance.now()
    const runs = Array.from({ length: 100 }, () => scene.sandbox.run(exportArgs, { env: scene.browser }))
    const ended = await Promise.all(runs)
    context.diagnostic(`100 callers: ${seconds(begun)}`)
    for (const { code, stderr } of ended) assert.equal(code, 0, stderr)
    assert.equal(new Set(ended.map(({ stdout }) => stdout)).size, 1)
    assert.equal(JSON.parse(ended[0]?.stdout ?? '').AccessKeyId, scene.aws.calls.at(-1)?.issued)
    assert.deepEqual(scene.ssoCalls(), [...login, 'GetRoleCredentials'])
    assert.equal(scene.opened().length, 1)
  })

  it('of two profiles of the portal: still one login', async () => {
    await using scene = await setSsoScene()
    const profiles = ['dev', 'prod', 'dev', 'prod', 'dev', 'prod']
    const runs = profiles.map(profile => scene.sandbox.run(['exec', profile, 'true'], { env: scene.browser }))
    for (const { code, stderr } of await Promise.all(runs)) assert.equal(code, 0, stderr)
    assert.equal(scene.opened().length, 1)
    assert.deepEqual(scene.ssoCalls(), [...login, 'GetRoleCredentials', 'GetRoleCredentials'])
  })

  it('100, the first of which is killed while the person logs in: another one takes over', async context => {
    await using scene = await setSsoScene()
    const { aws, sandbox } = scene
    aws.faults.add({ action: 'Authorize', effect: 'hang' })
    const start = () => sandbox.start(exportArgs, { env: scene.browser })
    const begun = performance.now()
    const first = start()
    await aws.waitForCall(({ fault }) => fault === 'hang')
    const others = Array.from({ length: 99 }, start)
    await Promise.all(others.map(other => other.sees(/waiting for another aws-vault/)))
    await first.kill('SIGKILL')
    const ended = await Promise.all(others.map(other => other.ended))
    context.diagnostic(`99 callers and a killed one: ${seconds(begun)}`)
    for (const { code, stderr } of ended) assert.equal(code, 0, stderr)
    assert.equal(new Set(ended.map(({ stdout }) => stdout)).size, 1)
    assert.equal(scene.opened().length, 2)
    assert.deepEqual(scene.ssoCalls(), ['RegisterClient', ...login, 'GetRoleCredentials'])
  })
})
