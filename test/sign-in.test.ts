/** Profiles made by `aws login`, from the config file to the credentials, with a real HTTP client for a browser. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { roleArn } from './support/scene.ts'
import { ALICE, SIGN_IN_CONFIG, setSignInScene } from './support/sign-in-scene.ts'
import { Terminal } from './support/terminal.ts'

/** Every sign-in and every renewal is this one call. */
const call = 'CreateOAuth2Token'

describe('a sign-in by the browser on this screen', () => {
  it('gives credentials, which are used again without a call, and nothing lies in plain files', async () => {
    await using scene = await setSignInScene()
    const { sandbox, aws, browser } = scene
    const first = await sandbox.environmentUnder(['dev'], { env: browser.env })
    assert.deepEqual(scene.actions(), [call])
    assert.deepEqual([first.AWS_ACCESS_KEY_ID, first.AWS_REGION], [aws.calls.at(-1)?.issued, 'eu-central-1'])
    assert.equal(await sandbox.accessKeyIdUnder(['dev']), first.AWS_ACCESS_KEY_ID)
    assert.deepEqual(scene.actions(), [call])
    assert.equal(browser.opened().length, 1)
    assert.ok(browser.opened()[0]?.endsWith(' undefined'), 'the browser got the passphrase')
    assert.equal(existsSync(sandbox.path('.aws/login')), false)
    const files = Object.values(sandbox.vaultFiles()).join()
    for (const secret of aws.secrets()) assert.ok(!files.includes(secret))
  })

  it('shows its address, with what AWS wants', async () => {
    await using scene = await setSignInScene()
    const { stderr } = await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser.env })
    const [address = ''] = scene.browser.opened()[0]?.split(' ') ?? []
    assert.ok(stderr.includes(address))
    const [authorize, token] = scene.aws.calls
    const { redirect_uri: redirectUri, ...others } = authorize?.parameters ?? {}
    assert.deepEqual(others, {
      client_id: 'arn:aws:signin:::devtools/same-device',
      scope: 'openid',
      code_challenge_method: 'SHA-256',
    })
    assert.match(redirectUri ?? '', /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/)
    assert.equal(token?.parameters.redirectUri, redirectUri)
    assert.equal(token?.parameters.grantType, 'authorization_code')
  })

  it('that is declined is an error, and leaves nothing behind', async () => {
    await using scene = await setSignInScene()
    scene.aws.decideLogins('denied')
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env: scene.browser.env })
    assert.match(stderr, /the sign-in for profile "dev" was declined in the browser\n {2}hint: run the command again/)
    assert.deepEqual(scene.actions(), [])
    assert.equal((await scene.sandbox.ok(['list', '--sessions'])).stdout, '')
  })

  it('as somebody else is refused, and nothing of it is kept', async () => {
    await using scene = await setSignInScene({ user: 'bob' })
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env: scene.browser.env })
    assert.match(stderr, /profile "dev" is for \S+:user\/alice, but the browser is signed in as \S+:user\/bob\n/)
    assert.equal((await scene.sandbox.ok(['list', '--sessions'])).stdout, '')
  })

  it('as a session of a role is one, too', async () => {
    const session = 'arn:aws:sts::123456789012:assumed-role/reader/bob'
    const config = `[profile dev]\nlogin_session = ${session}\n`
    await using scene = await setSignInScene({ user: undefined, role: 'reader', roleSessionName: 'bob' }, config)
    const id = await scene.sandbox.accessKeyIdUnder(['dev'], { env: scene.browser.env })
    assert.equal(id, scene.aws.calls.at(-1)?.issued)
  })

  it('without a browser and without a terminal is not tried', async () => {
    await using scene = await setSignInScene()
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'])
    assert.match(stderr, /needs a sign-in as \S+, and there is neither a browser nor a terminal\n {2}hint: run in a/)
    assert.deepEqual(scene.aws.calls, [])
  })

  it('whose browser cannot be opened says so; without a terminal that is the end', async () => {
    await using scene = await setSignInScene()
    const env = { AWS_VAULT_BROWSER: '/bin/false' }
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'], 1, { env })
    assert.match(stderr, /\/bin\/false cannot be opened: it ended with 1\n[\s\S]*neither a browser nor a terminal/)
  })
})

describe('a sign-in by a browser on another device', {
  skip: process.platform === 'win32' && 'has no such terminal',
}, () => {
  const typed = /Code that the browser shows/

  for (const [name, args, env] of [
    ['is what happens by itself in a terminal without a browser', [], {}],
    ['is what --device-code asks for', ['--device-code'], { AWS_VAULT_BROWSER: '/bin/false' }],
  ] as const) {
    it(name, async () => {
      await using scene = await setSignInScene()
      const command = ['exec', 'dev', ...args, '--', 'sh', '-c', 'echo id=$AWS_ACCESS_KEY_ID.']
      using terminal = new Terminal(scene.sandbox, command, { env })
      const [, address = ''] = await terminal.sees(/on any device: open (\S+)/)
      await terminal.answer(typed, 'bm90aGluZw==\r')
      await terminal.sees(/that is not the code of this sign-in/)
      const page = await (await fetch(address)).text()
      await terminal.answer(typed, `${/<b>(.*)<\/b>/.exec(page)?.[1]}\r`)
      const [, id] = await terminal.sees(/id=(\w+)\./)
      assert.equal((await terminal.ended).code, 0)
      const token = scene.aws.calls.at(-1)
      assert.equal(token?.issued, id)
      assert.equal(token?.parameters.clientId, 'arn:aws:signin:::devtools/cross-device')
      assert.equal(token?.parameters.redirectUri, `${scene.aws.url}/v1/sessions/confirmation`)
      await scene.sandbox.ok(['exec', 'dev', '--refresh', 'true'])
      assert.equal(scene.aws.calls.at(-1)?.parameters.grantType, 'refresh_token')
    })
  }

  it('ends when what is typed is never the code', async () => {
    await using scene = await setSignInScene()
    using terminal = new Terminal(scene.sandbox, ['exec', 'dev', '--', 'true'])
    for (let attempt = 0; attempt < 3; attempt++) await terminal.answer(typed, 'nothing\r')
    await terminal.sees(/no code of the sign-in for profile "dev" was typed/)
    assert.equal((await terminal.ended).code, 1)
  })
})

describe('credentials that end', () => {
  it('are renewed without the person, again and again, by each profile of the session', async () => {
    await using scene = await setSignInScene({ credentialSeconds: 200 })
    const ids = [await scene.sandbox.accessKeyIdUnder(['dev'], { env: scene.browser.env })]
    for (const profile of ['dev', 'other', 'dev']) ids.push(await scene.sandbox.accessKeyIdUnder([profile]))
    assert.equal(new Set(ids).size, 4)
    assert.deepEqual(scene.actions(), [call, call, call, call])
    assert.deepEqual(
      scene.aws.calls.slice(2).map(({ parameters, result }) => [parameters.grantType, result]),
      Array.from({ length: 3 }, () => ['refresh_token', 'ok']),
    )
    assert.equal(scene.browser.opened().length, 1)
  })

  it('are renewed though the first answer was lost on the way, by a new sign-in if AWS took it', async () => {
    await using scene = await setSignInScene()
    const { env } = scene.browser
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env })
    scene.aws.faults.add({ action: call, effect: 'cut' })
    await scene.sandbox.ok(['exec', 'dev', '--refresh', 'true'])
    scene.aws.faults.add({ action: call, effect: 'cut-after' })
    await scene.sandbox.ok(['exec', 'dev', '--refresh', 'true'], { env })
    assert.equal(scene.browser.opened().length, 2)
  })

  for (const [name, loginSeconds, end] of [
    ['that was revoked', 43_200, 'ValidationException'],
    ['whose time is over', 0, 'AccessDeniedException'],
  ] as const) {
    it(`of a sign-in ${name} take a new one, once`, async () => {
      await using scene = await setSignInScene({ loginSeconds })
      const { sandbox, aws, browser } = scene
      await sandbox.ok(['exec', 'dev', 'true'], { env: browser.env })
      if (loginSeconds > 0) aws.revokeSignIns()
      aws.clearCalls()
      await sandbox.fails(['exec', 'dev', '--refresh', 'true'])
      await sandbox.ok(['exec', 'dev', '--refresh', 'true'], { env: browser.env })
      assert.equal(browser.opened().length, 2)
      const results = aws.calls.filter(({ action }) => action === call).map(({ result }) => result)
      assert.deepEqual(results, [end, end, 'ok'])
    })
  }

  it('are an error where AWS fails, and the sign-in is not given up', async () => {
    await using scene = await setSignInScene()
    await scene.sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser.env })
    const error = { code: 'InternalServerException', status: 500, message: 'oops' }
    scene.aws.faults.add({ action: call, times: 3, effect: { error } })
    const { stderr } = await scene.sandbox.fails(['exec', 'dev', '--refresh', 'true'])
    assert.match(stderr, /AWS failed to answer CreateOAuth2Token for profile "dev": InternalServerException: oops/)
    await scene.sandbox.ok(['exec', 'dev', '--refresh', 'true'])
  })
})

describe('many at once, with nothing cached', () => {
  const exportArgs = ['export', '--format', 'json', 'dev']

  it('one sign-in, one call, the same answer for all', async () => {
    await using scene = await setSignInScene()
    const runs = Array.from({ length: 10 }, () => scene.sandbox.run(exportArgs, { env: scene.browser.env }))
    const ended = await Promise.all(runs)
    for (const { code, stderr } of ended) assert.equal(code, 0, stderr)
    const ids = new Set(ended.map(({ stdout }) => JSON.parse(stdout).AccessKeyId))
    assert.deepEqual([...ids], [scene.aws.calls.at(-1)?.issued])
    assert.deepEqual(scene.actions(), [call])
    assert.equal(scene.browser.opened().length, 1)
  })

  it('of two profiles of the session: still one sign-in', async () => {
    await using scene = await setSignInScene()
    const profiles = ['dev', 'other', 'dev', 'other']
    const runs = profiles.map(profile => scene.sandbox.run(['exec', profile, 'true'], { env: scene.browser.env }))
    for (const { code, stderr } of await Promise.all(runs)) assert.equal(code, 0, stderr)
    assert.equal(scene.browser.opened().length, 1)
    assert.deepEqual(scene.actions(), [call, call])
  })

  it('the first is killed while the person signs in: another one takes over', async () => {
    await using scene = await setSignInScene()
    const { aws, sandbox } = scene
    aws.faults.add({ action: 'AuthorizeOAuth2Access', effect: 'hang' })
    const start = () => sandbox.start(exportArgs, { env: scene.browser.env })
    const first = start()
    await aws.waitForCall(({ fault }) => fault === 'hang')
    const others = Array.from({ length: 4 }, start)
    await Promise.all(others.map(other => other.sees(/waiting for another aws-vault/)))
    await first.kill('SIGKILL')
    const ended = await Promise.all(others.map(other => other.ended))
    for (const { code, stderr } of ended) assert.equal(code, 0, stderr)
    assert.equal(new Set(ended.map(({ stdout }) => stdout)).size, 1)
    assert.equal(scene.browser.opened().length, 2)
    assert.deepEqual(scene.actions(), [call])
  })

  it('one is killed in the middle of a renewal: the next one renews, or signs in again', async () => {
    await using scene = await setSignInScene({ credentialSeconds: 200 })
    const { aws, sandbox, browser } = scene
    await sandbox.ok(['exec', 'dev', 'true'], { env: browser.env })
    aws.faults.add({ action: call, effect: 'hang' })
    const first = sandbox.start(exportArgs)
    await aws.waitForCall(({ fault }) => fault === 'hang')
    await first.kill('SIGKILL')
    await sandbox.ok(exportArgs)
    assert.equal(browser.opened().length, 1)
  })
})

test('a role on top is assumed with the credentials of the sign-in', async () => {
  const beside = SIGN_IN_CONFIG.replace('[profile other]', `role_arn = ${roleArn('admin')}\n[profile other]`)
  for (const [config, profile] of [[beside, 'dev'] as const, [SIGN_IN_CONFIG, 'top'] as const]) {
    await using scene = await setSignInScene({}, config)
    const id = await scene.sandbox.accessKeyIdUnder([profile], { env: scene.browser.env })
    assert.deepEqual(scene.actions(), [call, 'AssumeRole'])
    assert.equal(id, scene.aws.calls.at(-1)?.issued)
    assert.equal(scene.aws.calls.at(-1)?.signer, ALICE)
    assert.equal(await scene.sandbox.accessKeyIdUnder([profile]), id)
  }
})

test('it is explained, listed, and cleared', async () => {
  await using scene = await setSignInScene()
  const { sandbox } = scene
  assert.match(
    (await sandbox.fails(['exec', 'dev', '-d', '2h', '--explain'])).stderr,
    /the sign-in .* decides how long/,
  )
  const before = await sandbox.ok(['exec', 'dev', '--explain'], { env: { AWS_VAULT_DURATION: '2h' } })
  assert.match(
    before.stdout,
    /1\. sign-in for profile dev\n {3}- profile dev is signed in to AWS as \S+:user\/alice \(~\/\.aws\/config:2 /,
  )
  assert.match(before.stdout, /Cache: signin\.CreateOAuth2Token, no session/)
  assert.match(before.stdout, /Note: the sign-in \(15m each time\) of profile dev decides how long .*: 2h \(/)
  await sandbox.ok(['exec', 'dev', 'true'], { env: scene.browser.env })
  const login = `login:${ALICE}`
  const { stdout } = await sandbox.ok(['list', '--sessions'])
  assert.match(stdout, new RegExp(`^dev signin\\.CreateOAuth2Token:\\d+m\ndev ${login}\nother ${login}\n$`))
  assert.equal((await sandbox.ok(['list', '--credentials'])).stdout, '')
  assert.deepEqual(JSON.parse((await sandbox.ok(['list', '--json'])).stdout)[1].signIns, [ALICE])
  assert.match((await sandbox.ok(['clear', '--type', 'signin.CreateOAuth2Token'])).stdout, /Cleared 1 session\./)
  await sandbox.ok(['exec', 'dev', 'true'])
  assert.match((await sandbox.ok(['clear', '--type', 'login'])).stdout, /Cleared 1 session\./)
  assert.match((await sandbox.ok(['list', '--sessions'])).stdout, /^dev signin\.CreateOAuth2Token:\d+m\n$/)
  await sandbox.ok(['exec', 'dev', '--refresh', 'true'], { env: scene.browser.env })
  assert.match((await sandbox.ok(['remove', 'dev', '-s', '-f'])).stdout, /Removed 1 session\./)
  assert.match((await sandbox.ok(['clear', 'other'])).stdout, /Cleared 1 session\./)
  assert.equal((await sandbox.ok(['list', '--sessions'])).stdout, '')
})

test('with --debug no secret is shown, whether it goes well or not', async () => {
  await using scene = await setSignInScene()
  const { sandbox, aws, browser } = scene
  const { env } = browser
  await sandbox.ok(['exec', '--debug', 'dev', 'true'], { env })
  await sandbox.ok(['exec', '--debug', 'dev', '--refresh', 'true'], { env })
  aws.revokeSignIns()
  const { stderr } = await sandbox.ok(['exec', '--debug', 'dev', '--refresh', 'true'], { env })
  assert.match(stderr, /debug: the sign-in of \S+ cannot be renewed: AWS refused the sign-in of profile "dev"/)
  for (const effect of ['cut-after', 'garbage', 'throttle', { error: { code: 'ValidationException' } }] as const) {
    aws.faults.clear()
    aws.faults.add({ action: call, times: 'always', effect })
    const ended = await sandbox.run(['exec', '--debug', 'dev', '--refresh', 'true'], { env })
    assert.equal(ended.code, 1, ended.stderr)
  }
})

test('a permission that is missing is said', async () => {
  await using scene = await setSignInScene({ user: 'carol' }, SIGN_IN_CONFIG.replaceAll('/alice', '/carol'))
  const { sandbox, browser } = scene
  const { stderr } = await sandbox.fails(['exec', 'dev', 'true'], 1, { env: browser.env })
  assert.match(stderr, /:user\/carol may not get credentials for profile "dev" by signing in: AccessDeniedException: /)
  assert.match(stderr, /hint: .*SignInLocalDevelopmentAccess/)
})

test('a login_session that is none is refused, with its place', async () => {
  await using scene = await setSignInScene({}, SIGN_IN_CONFIG.replace(ALICE, 'alice'))
  const { stderr } = await scene.sandbox.fails(['exec', 'dev', 'true'])
  assert.match(stderr, /login_session at \S+config:2 \[profile dev\] is not valid: expected the ARN/)
})
