/** `login`, from the command line to a console session, with real HTTP clients for browsers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ConsoleVisit, makeConsoleBrowser } from '../support/console-browser.ts'
import { KEYS, RUN } from '../support/sandbox.ts'
import { ACCOUNT, ALICE_MFA, mfaProcess, roleArn, type Scene, setScene } from '../support/scene.ts'
import { setSsoScene } from '../support/sso-scene.ts'

const CONFIG = `[profile work]
region = eu-west-1
[profile admin]
source_profile = work
role_arn = ${roleArn('admin')}
region = eu-central-1
[profile deploy]
source_profile = admin
role_arn = ${roleArn('deploy')}
`

async function setLoginScene(config = CONFIG): Promise<Scene> {
  const scene = await setScene({ config })
  scene.sandbox.env.AWS_ENDPOINT_URL_SIGNIN = scene.aws.url
  return scene
}

/** Opens a link as a browser does, but goes nowhere else. */
async function open(link: string): Promise<{ destination: string | null; session: ConsoleVisit['session'] }> {
  const answer = await fetch(link, { redirect: 'manual' })
  const [cookie = ''] = answer.headers.getSetCookie()[0]?.split(';') ?? []
  const session = await fetch(new URL('/console/session', link), { headers: { cookie } })
  return { destination: answer.headers.get('location'), session: (await session.json()) as ConsoleVisit['session'] }
}

const parametersOf = ({ aws }: Scene, action: string): Readonly<Record<string, string>> | undefined =>
  aws.calls.findLast(call => call.action === action)?.parameters

describe('a link to the console', () => {
  it('signs in as the role of a profile, where the profile is', async () => {
    await using scene = await setLoginScene()
    const { stdout, stderr } = await scene.sandbox.ok(['login', '--stdout', 'admin'])
    assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/federation\?Action=login&Issuer=aws-vault&Destination=\S+\n$/)
    assert.equal(stderr, '')
    const { destination, session } = await open(stdout.trim())
    assert.equal(destination, 'https://eu-central-1.console.aws.amazon.com/console/home?region=eu-central-1')
    assert.match(session.arn ?? '', new RegExp(`^arn:aws:sts::${ACCOUNT}:assumed-role/admin/`))
    assert.deepEqual(scene.calls().slice(0, 2), ['AssumeRole by alice', 'getSigninToken by nobody'])
  })

  it('is had with keys of a user by a federated session, which is not kept, and without a question', async () => {
    await using scene = await setLoginScene(`[profile work]\nregion = eu-west-1\nmfa_serial = ${ALICE_MFA}\n`)
    const { stdout, stderr } = await scene.sandbox.ok(['login', '--stdout', 'work', '--no-session'])
    assert.match(stderr, /mfa\/alice is not asked for a code: AWS takes none with a federated session/)
    const { session } = await open(stdout.trim())
    assert.match(session.arn ?? '', new RegExp(`^arn:aws:sts::${ACCOUNT}:federated-user/`))
    const policy = JSON.parse(parametersOf(scene, 'GetFederationToken')?.Policy ?? '')
    assert.deepEqual(policy.Statement, [{ Effect: 'Allow', Action: '*', Resource: '*' }])
    assert.deepEqual(Object.keys(scene.sandbox.vaultFiles()), ['work'])
  })

  it('leads to the console of the partition that its role is in, where no region is said', async () => {
    const [account, partition] = ['222222222222', 'aws-us-gov'] as const
    const roles = [{ account, name: 'gov', trust: { principals: [account] } }]
    const keys = [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }]
    const world = {
      accounts: [{ id: account, partition }],
      users: [{ account, name: 'alice', accessKeys: keys }],
      roles,
    }
    const config = `[profile work]\n[profile gov]\nsource_profile = work\nrole_arn = arn:aws-us-gov:iam::${account}:role/gov\n`
    await using scene = await setScene({ config, world })
    const env = { AWS_ENDPOINT_URL_SIGNIN: scene.aws.url }
    const { stdout } = await scene.sandbox.ok(['login', '-s', 'gov'], { env })
    assert.equal((await open(stdout.trim())).destination, 'https://console.amazonaws-us-gov.com/')
    const away = ['login', '-s', 'gov', '--path', 'https://console.aws.amazon.com/']
    assert.match((await scene.sandbox.fails(away, 1, { env })).stderr, /is not on console\.amazonaws-us-gov\.com/)
  })

  it('is restricted as exec is', async () => {
    await using scene = await setLoginScene()
    await scene.sandbox.ok(['login', '--stdout', 'work', '--read-only'])
    const { Policy, 'PolicyArns.member.1.arn': arn } = parametersOf(scene, 'GetFederationToken') ?? {}
    assert.deepEqual([Policy, arn], [undefined, 'arn:aws:iam::aws:policy/ReadOnlyAccess'])
  })

  it('leads to what --path and --region say', async () => {
    await using scene = await setLoginScene()
    const words = ['login', '-s', 'admin', '--region', 'us-east-2', '--path', 'ec2/instances']
    const { stdout } = await scene.sandbox.ok(words)
    const { destination } = await open(stdout.trim())
    assert.equal(destination, 'https://us-east-2.console.aws.amazon.com/ec2/home?region=us-east-2#Instances:')
  })

  it('leads nowhere else, and AWS is not even called', async () => {
    await using scene = await setLoginScene()
    for (const path of [
      'https://evil.example.com/',
      '//evil.example.com',
      'https://console.aws.amazon.com@evil.example.com/',
    ]) {
      const { stderr } = await scene.sandbox.fails(['login', '-s', 'admin', '--path', path])
      assert.match(stderr, /is not|hint/)
    }
    assert.deepEqual(scene.aws.calls, [])
  })

  it('is data with --json', async () => {
    await using scene = await setLoginScene()
    const { stdout } = await scene.sandbox.ok(['login', '--json', 'admin'])
    const { url, expiration, ...others } = JSON.parse(stdout)
    assert.deepEqual(others, {
      profile: 'admin',
      partition: 'aws',
      region: 'eu-central-1',
      destination: 'https://eu-central-1.console.aws.amazon.com/console/home?region=eu-central-1',
    })
    assert.ok(Math.abs(Date.parse(expiration) - Date.now() - 3_600_000) < 60_000)
    assert.match((await open(url)).session.arn ?? '', /:assumed-role\/admin\//)
  })

  it('ends another session first with --logout', async () => {
    await using scene = await setLoginScene()
    const { stdout } = await scene.sandbox.ok(['login', '-s', 'admin', '--logout'])
    assert.match(stdout, /\/oauth\?Action=logout&redirect_uri=/)
    const out = await fetch(stdout.trim(), { redirect: 'manual' })
    assert.match(out.headers.getSetCookie()[0] ?? '', /^aws-creds=; /)
    assert.match((await open(out.headers.get('location') ?? '')).session.arn ?? '', /:assumed-role\/admin\//)
  })

  it('opens in a container as the extension expects it', async () => {
    await using scene = await setLoginScene()
    const { stdout } = await scene.sandbox.ok(['login', '-s', 'admin', '--container'])
    const [, query = ''] = /^ext\+container:(\S+)\n$/.exec(stdout) ?? []
    const { url, ...look } = Object.fromEntries(new URLSearchParams(query))
    assert.deepEqual(look, { name: 'admin', color: 'turquoise', icon: 'fingerprint' })
    assert.match((await open(url ?? '')).session.arn ?? '', /:assumed-role\/admin\//)
  })

  it('is printed where no browser can be opened, which is said', async () => {
    await using scene = await setLoginScene()
    const { stdout, stderr } = await scene.sandbox.ok(['login', 'admin'], {
      env: { SSH_CONNECTION: 'a b', DISPLAY: ':0' },
    })
    assert.match(stderr, /no browser can be opened here/)
    assert.match((await open(stdout.trim())).session.arn ?? '', /:assumed-role\/admin\//)
  })

  it('is not given for a session that AWS does not take, with what to do', async () => {
    await using scene = await setLoginScene()
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = await scene.sandbox.environmentUnder([
      'work',
    ])
    const env = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_VAULT: 'work' }
    const { stderr } = await scene.sandbox.fails(['login', '-s'], 1, { env })
    assert.match(stderr, /does not take these credentials for a sign-in \(400\)\n {2}hint: [^\n]*GetSessionToken/)
  })

  it('is asked for again where the endpoint fails, and only there', async () => {
    await using scene = await setLoginScene()
    scene.aws.faults.add({ action: 'getSigninToken', effect: 'cut' })
    await scene.sandbox.ok(['login', '-s', 'admin'])
    scene.aws.faults.add({ action: 'getSigninToken', effect: 'garbage' })
    const { stderr } = await scene.sandbox.fails(['login', '-s', 'admin'])
    assert.match(stderr, /answered without a sign-in token/)
  })

  it('is not asked for where credentials would go over a network in plain', async () => {
    await using scene = await setLoginScene()
    const env = { AWS_ENDPOINT_URL_SIGNIN: 'http://signin.example.com' }
    const { stderr } = await scene.sandbox.fails(['login', '-s', 'admin'], 1, { env })
    assert.match(stderr, /credentials would go to signin\.example\.com without encryption/)
  })

  it('is explained by --explain, without a call', async () => {
    await using scene = await setLoginScene()
    const { stdout } = await scene.sandbox.ok(['login', '--explain', 'work'])
    assert.match(stdout, /federation-token[\s\S]*the console takes no session token/)
    await scene.sandbox.fails(['login', '--explain'], 2)
    assert.deepEqual(scene.aws.calls, [])
  })
})

describe('how long a console session lasts', () => {
  it('is asked for with the credentials of a role, and is theirs otherwise', async () => {
    await using scene = await setLoginScene()
    const seconds = async (...words: string[]): Promise<number> => {
      const { stdout } = await scene.sandbox.ok(['login', '-s', ...words])
      return Math.round(((await open(stdout.trim())).session.seconds ?? 0) / 60) * 60
    }
    assert.equal(await seconds('admin', '-d', '2h'), 7200)
    assert.equal(parametersOf(scene, 'getSigninToken')?.SessionDuration, '7200')
    assert.equal(await seconds('admin'), 3600)
    assert.equal(parametersOf(scene, 'getSigninToken')?.SessionDuration, undefined)
    assert.equal(await seconds('work', '-d', '20h'), 72_000)
    assert.equal(parametersOf(scene, 'getSigninToken')?.SessionDuration, undefined)
  })

  it('is as long as AWS gives, which is said once, where more is wished for', async () => {
    await using scene = await setLoginScene()
    const keys = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
    for (const [words, env, seconds, said] of [
      [['admin', '-d', '13h'], {}, 43_200, 'lasts 12h, not 13h (flag --duration): AWS gives no more'],
      [
        ['work', '-d', '37h'],
        {},
        129_600,
        'lasts 36h, not 37h (flag --duration): AWS gives a federated session no more',
      ],
      [['-d', '37h'], keys, 129_600, 'lasts 36h, not 37h (flag --duration): AWS gives a federated session no more'],
    ] as const) {
      const { stdout, stderr } = await scene.sandbox.ok(['login', '-s', ...words], { env })
      assert.equal(stderr, `aws-vault: the console session ${said}\n`)
      assert.ok(Math.abs(((await open(stdout.trim())).session.seconds ?? 0) - seconds) < 60, words.join(' '))
    }
    const { stderr } = await scene.sandbox.ok(['login', '-s', 'deploy', '-d', '13h'])
    assert.match(stderr, /profile deploy live 1h, not 13h/)
    // Elsewhere it is refused: a program would count on it.
    await scene.sandbox.fails(['export', 'admin', '-d', '13h'])
  })

  it('is an hour for a role that a role asked for, which is said', async () => {
    await using scene = await setLoginScene()
    const { stdout, stderr } = await scene.sandbox.ok(['login', '-s', 'deploy', '-d', '4h'])
    assert.match(stderr, /profile deploy live 1h, not 4h/)
    assert.equal(parametersOf(scene, 'getSigninToken')?.SessionDuration, undefined)
    assert.match((await open(stdout.trim())).session.arn ?? '', /:assumed-role\/deploy\//)
  })

  it('is longer than the credentials of single sign-on, up to 12h, which is said', async () => {
    await using scene = await setSsoScene()
    const { stdout, stderr } = await scene.sandbox.ok(['login', '-s', 'dev', '-d', '20h'], { env: scene.browser })
    assert.match(stderr, /the console session lasts 12h, not 20h \(flag --duration\): AWS gives no more/)
    const { destination, session } = await open(stdout.trim())
    assert.match(destination ?? '', /^https:\/\/eu-central-1\.console\.aws\.amazon\.com\//)
    assert.ok(Math.abs((session.seconds ?? 0) - 43_200) < 60)
    await scene.sandbox.fails(['login', '-s', 'dev', '-d', '5m'], 1, { env: scene.browser })
  })

  it('is not that of a session with less than a quarter of an hour left', async () => {
    await using scene = await setLoginScene()
    for (const _ of [1, 2]) await scene.sandbox.ok(['login', '-s', 'admin'], { env: { AWS_ASSUME_ROLE_TTL: '15m' } })
    assert.equal(scene.calls().filter(call => call.startsWith('AssumeRole')).length, 2)
  })
})

describe('the credentials of the environment', () => {
  it('sign in without a PROFILE, inside of exec', async () => {
    await using scene = await setLoginScene()
    const { sandbox } = scene
    const { stdout } = await sandbox.ok(['exec', 'admin', '--', process.execPath, RUN, 'login', '-s'])
    const { destination, session } = await open(stdout.trim())
    assert.match(destination ?? '', /^https:\/\/eu-central-1\./)
    assert.match(session.arn ?? '', /:assumed-role\/admin\//)
  })

  it('become a federated session where they are long-lived', async () => {
    await using scene = await setLoginScene()
    const env = {
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_REGION: 'eu-west-3',
    }
    const { stdout } = await scene.sandbox.ok(['login', '-s', '-d', '30m'], { env })
    const { destination, session } = await open(stdout.trim())
    assert.match(destination ?? '', /^https:\/\/eu-west-3\./)
    assert.match(session.arn ?? '', /:federated-user\//)
    assert.ok(Math.abs((session.seconds ?? 0) - 1800) < 60)
  })

  it('are missed where there are none, and are not restricted', async () => {
    await using scene = await setLoginScene()
    assert.match((await scene.sandbox.fails(['login', '-s'])).stderr, /hint: name a profile: aws-vault login PROFILE/)
    const inside = await scene.sandbox.fails(['login', '-s'], 1, { env: { AWS_VAULT: 'work' } })
    assert.match(inside.stderr, /hint: name the profile: aws-vault login work/)
    await scene.sandbox.fails(['login', '-s', '--read-only'], 2)
  })
})

describe('a browser that login opens', { skip: process.platform !== 'linux' && 'looks into /proc' }, () => {
  it('gets a console session, and the token is on no command line and in no environment', async () => {
    await using scene = await setLoginScene()
    const browser = makeConsoleBrowser(scene.sandbox)
    const env = { AWS_VAULT_BROWSER: browser.program, AWS_SECRET_ACCESS_KEY: 'not-for-browsers' }
    const { stdout, stderr } = await scene.sandbox.ok(['login', 'admin'], { env })
    assert.equal(stdout, '')
    assert.match(
      stderr,
      /^Opened https:\/\/eu-central-1\.console\.aws\.amazon\.com\S+ with profile admin, for 0h59m\.\n$/,
    )
    const { words, processes, variables, redirects, again, session } = await browser.visit()
    assert.match(words.join(' '), /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/)
    assert.match(session.arn ?? '', /:assumed-role\/admin\//)
    assert.equal(redirects.at(-1), 'https://eu-central-1.console.aws.amazon.com/console/home?region=eu-central-1')
    const token = new URL(redirects[0] ?? '').searchParams.get('SigninToken') ?? ''
    assert.ok(token.length > 20 && processes.includes(words[0] as string), 'nothing was looked at')
    for (const form of [token, encodeURIComponent(token), token.slice(13, 33)]) assert.ok(!processes.includes(form))
    assert.ok(again === 404 || again === 'no answer', `a second visit gave ${again}`)
    for (const name of ['AWS_VAULT_FILE_PASSPHRASE', 'AWS_SECRET_ACCESS_KEY'])
      assert.ok(!variables.includes(name), name)
  })

  it('is the only one to get in: another user of the machine who knows the address is sent away', {
    skip: process.getuid?.() !== 0 && 'only root can be another user',
  }, async () => {
    await using scene = await setLoginScene()
    const { sandbox } = scene
    const stranger = `process.setgroups([]); process.setgid(65534); process.setuid(65534)
      fetch(process.argv[1], { redirect: 'manual' }).then(answer => console.log(answer.status))`
    const program = sandbox.script(
      'bin/with-stranger',
      `#!${process.execPath}
const { spawnSync } = require('node:child_process')
const { writeFileSync } = require('node:fs')
const page = process.argv[2]
const { stdout, stderr } = spawnSync(process.execPath, ['-e', ${JSON.stringify(stranger)}, page], { encoding: 'utf8' })
writeFileSync(${JSON.stringify(sandbox.path('stranger'))}, stdout + stderr)
fetch(page, { redirect: 'manual' }).then(answer => process.exit(answer.status === 303 ? 0 : 1))
`,
    )
    const { stderr } = await sandbox.ok(['login', 'admin', '--browser', program])
    assert.match(stderr, /^Opened /)
    assert.equal(sandbox.read('stranger'), '404\n')
  })

  it('is Firefox for a container, and gets the page by its extension', async () => {
    await using scene = await setLoginScene()
    const browser = makeConsoleBrowser(scene.sandbox, 'firefox')
    const env = { PATH: `${scene.sandbox.path('bin')}:${process.env.PATH}`, DISPLAY: ':0' }
    await scene.sandbox.ok(['login', 'admin', '--container'], { env })
    const { words, session } = await browser.visit()
    assert.match(
      words.join(' '),
      /^ext\+container:name=admin&color=turquoise&icon=fingerprint&url=http%3A%2F%2F127\.0\.0\.1%3A/,
    )
    assert.match(session.arn ?? '', /:assumed-role\/admin\//)
  })

  it('is told to open a private window in its own words', async () => {
    await using scene = await setLoginScene()
    const browser = makeConsoleBrowser(scene.sandbox, 'firefox-esr')
    await scene.sandbox.ok(['login', 'admin', '--private', '--browser', browser.program])
    const { words, session } = await browser.visit()
    assert.equal(words[0], '--private-window')
    assert.match(session.arn ?? '', /:assumed-role\/admin\//)
    const other = makeConsoleBrowser(scene.sandbox, 'lynx')
    const { stderr } = await scene.sandbox.fails(['login', 'admin', '--private', '--browser', other.program])
    assert.match(stderr, /how \S+lynx opens a private window is not known/)
  })

  it('that cannot be opened is an error, and no link is printed', async () => {
    await using scene = await setLoginScene()
    const { stdout, stderr } = await scene.sandbox.fails(['login', 'admin', '--browser', '/bin/false'])
    assert.match(stderr, /\/bin\/false cannot be opened/)
    assert.equal(stdout, '')
  })
})

describe('a login with MFA', () => {
  it('asks once for the role', async () => {
    await using scene = await setLoginScene()
    const { sandbox, aws } = scene
    const process = mfaProcess(sandbox, [aws.mfaCode(ALICE_MFA)])
    sandbox.config(
      `[profile work]\nregion = eu-west-1\n[profile guarded]\nsource_profile = work\nrole_arn = ${roleArn('guarded')}\nmfa_serial = ${ALICE_MFA}\nmfa_process = ${process.command}\n`,
    )
    const { stdout } = await sandbox.ok(['login', '-s', 'guarded'])
    assert.match((await open(stdout.trim())).session.arn ?? '', /:assumed-role\/guarded\//)
    assert.equal(process.asked(), 1)
  })
})
