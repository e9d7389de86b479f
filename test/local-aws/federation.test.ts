import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startLocalAws } from './index.ts'

const SECRETS = { secretAccessKey: 'a-secret-access-key-of-forty-characters-', sessionToken: 'a session token + /' }
const DESTINATION = 'https://eu-west-1.console.aws.amazon.com/console/home'

/** An AWS with live sessions: of a role, of a user, and of a role that has ended. */
const start = () =>
  startLocalAws({
    world: {
      users: [{ name: 'alice' }],
      roles: [{ name: 'admin' }],
      sessions: [
        { accessKeyId: 'ASIAROLE000000000001', ...SECRETS, role: 'admin' },
        { accessKeyId: 'ASIAUSER000000000001', ...SECRETS, user: 'alice' },
        { accessKeyId: 'ASIAENDED00000000001', ...SECRETS, role: 'admin', expiration: '2020-01-01T00:00:00Z' },
      ],
    },
  })

const session = (sessionId: string, more: Record<string, string> = {}): string =>
  JSON.stringify({ sessionId, sessionKey: SECRETS.secretAccessKey, sessionToken: SECRETS.sessionToken, ...more })

const ask = (url: string, query: Record<string, string>, method = 'POST'): Promise<Response> => {
  const text = String(new URLSearchParams({ Action: 'getSigninToken', ...query }))
  return method === 'GET' ? fetch(`${url}/federation?${text}`) : fetch(`${url}/federation`, { method, body: text })
}

const signIn = (url: string, query: Record<string, string>): Promise<Response> =>
  fetch(`${url}/federation?${new URLSearchParams({ Action: 'login', ...query })}`, { redirect: 'manual' })

async function tokenOf(answer: Response): Promise<string> {
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { SigninToken: string }).SigninToken
}

describe('the federation endpoint', () => {
  it('takes credentials of a role, by GET and by POST, and shows none of them in its log', async () => {
    await using aws = await start()
    for (const method of ['GET', 'POST']) {
      const query = { Session: session('ASIAROLE000000000001'), SessionDuration: '900' }
      assert.match(await tokenOf(await ask(aws.url, query, method)), /^signin\/token\+/)
    }
    assert.deepEqual(
      aws.calls.map(({ parameters }) => parameters),
      [{ SessionDuration: '900' }, { SessionDuration: '900' }],
    )
  })

  it('takes no others, and no length of a session beyond its limits', async () => {
    await using aws = await start()
    const role = session('ASIAROLE000000000001')
    const wrong: readonly Record<string, string>[] = [
      { Session: session('ASIAUSER000000000001') },
      { Session: session('ASIAENDED00000000001') },
      { Session: session('ASIANOBODY0000000001') },
      { Session: session('ASIAROLE000000000001', { sessionKey: 'x' }) },
      { Session: session('ASIAROLE000000000001', { sessionToken: 'x' }) },
      { Session: 'junk' },
      {},
      { Session: role, SessionDuration: '899' },
      { Session: role, SessionDuration: '43201' },
      { Session: role, SessionDuration: '1h' },
    ]
    for (const query of wrong) assert.equal((await ask(aws.url, query)).status, 400, JSON.stringify(query))
  })

  it('signs a browser in with a token, for 15 minutes, and on to the console alone', async () => {
    await using aws = await start()
    const SigninToken = await tokenOf(await ask(aws.url, { Session: session('ASIAROLE000000000001') }))
    const answer = await signIn(aws.url, { SigninToken, Destination: DESTINATION })
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, DESTINATION])
    for (const Destination of [
      'https://evil.example.com/',
      'http://console.aws.amazon.com/',
      '',
      'https://evilconsole.aws.amazon.com/',
    ]) {
      assert.equal((await signIn(aws.url, { SigninToken, Destination })).status, 400, Destination)
    }
    assert.equal((await signIn(aws.url, { SigninToken: 'x', Destination: DESTINATION })).status, 400)
    const later = Date.now() + 15 * 60_000
    aws.setClock(() => later)
    assert.equal((await signIn(aws.url, { SigninToken, Destination: DESTINATION })).status, 400)
  })

  it('says whose console session a browser has, until it is signed out', async () => {
    await using aws = await start()
    const SigninToken = await tokenOf(await ask(aws.url, { Session: session('ASIAROLE000000000001') }))
    const answer = await signIn(aws.url, { SigninToken, Destination: DESTINATION })
    const headers = { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
    const look = (): Promise<Response> => fetch(`${aws.url}/console/session`, { headers })
    assert.match(((await (await look()).json()) as { arn: string }).arn, /:assumed-role\/admin\/seeded$/)
    const out = (target: string): Promise<Response> =>
      fetch(`${aws.url}/oauth?${new URLSearchParams({ Action: 'logout', redirect_uri: target })}`, {
        headers,
        redirect: 'manual',
      })
    assert.equal((await out('https://evil.example.com/')).status, 400)
    assert.equal((await out(`${aws.url}/federation?Action=login`)).status, 302)
    assert.equal((await look()).status, 401)
  })
})
