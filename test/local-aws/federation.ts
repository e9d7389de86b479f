import { AwsError } from './aws-error.ts'
import type { HttpAnswer, HttpRequest } from './http-message.ts'
import { arnOf, type Session } from './model.ts'
import { randomToken } from './random-id.ts'
import type { Performed, Service } from './service.ts'
import type { World } from './world.ts'

/** Who is signed in to the console, in one browser. */
interface ConsoleVisit {
  readonly session: Session
  /** Milliseconds since 1970. */
  readonly end: number
}

/** A token on its way to a browser. */
interface SignInToken extends ConsoleVisit {
  readonly tokenEnd: number
}

const [shortest, longest, tokenMinutes] = [900, 43_200, 15] as const

/** The hosts that sign-ins lead to, of every partition that has a public console. */
const CONSOLE_HOST =
  /^(?:[a-z0-9-]+\.)*console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)$/

/** The federation endpoint of the sign-in service, and the secrets that it gave out. */
export interface Federation {
  readonly service: Service
  secrets(): string[]
}

/**
 * Sign-in to the console with temporary credentials, as the IAM User Guide has it ("Enabling custom identity broker
 * access to the AWS console"): `/federation?Action=getSigninToken` and `Action=login`, which gives the browser a cookie and
 * sends it on, and `/oauth?Action=logout`. Beside these a page of our own, `/console/session`, says whose console session
 * a browser has.
 */
export function createFederation(world: World): Federation {
  const tokens = new Map<string, SignInToken>()
  const visits = new Map<string, ConsoleVisit>()
  const cookieOf = ({ headers }: HttpRequest): string =>
    /(?:^|; )aws-creds=([^;]*)/.exec(headers.cookie?.join('; ') ?? '')?.[1] ?? ''

  function getSigninToken(query: URLSearchParams): Performed {
    const session = sessionIn(query.get('Session') ?? '', world)
    const seconds = query.get('SessionDuration')
    const end = seconds === null ? session.expiration : endOf(session, seconds, world.now())
    const token = `signin/token+${randomToken()}=&`
    tokens.set(token, { session, end, tokenEnd: world.now() + tokenMinutes * 60_000 })
    return json({ SigninToken: token })
  }

  function login(query: URLSearchParams): Performed {
    const destination = query.get('Destination') ?? ''
    const url = URL.canParse(destination) ? new URL(destination) : undefined
    if (url?.protocol !== 'https:' || !CONSOLE_HOST.test(url.host)) throw refused('Destination')
    const found = tokens.get(query.get('SigninToken') ?? '')
    if (found === undefined || found.tokenEnd <= world.now()) throw refused('SigninToken')
    const cookie = randomToken().replaceAll(/[^A-Za-z0-9]/g, '')
    visits.set(cookie, found)
    return redirect(destination, `aws-creds=${cookie}; Path=/; HttpOnly`)
  }

  function logout(query: URLSearchParams, request: HttpRequest): Performed {
    const target = query.get('redirect_uri') ?? ''
    // Nobody is sent on to somewhere else.
    if (!target.startsWith(`http://${request.headers.host?.[0]}/federation?`)) throw refused('redirect_uri')
    visits.delete(cookieOf(request))
    return redirect(target, 'aws-creds=; Path=/; Max-Age=0')
  }

  function session(request: HttpRequest): Performed {
    const visit = visits.get(cookieOf(request))
    if (visit === undefined || visit.end <= world.now()) throw new AwsError('SignedOut', 401, 'sign in first')
    return json({ arn: arnOf(visit.session.principal), seconds: Math.round((visit.end - world.now()) / 1000) })
  }

  function actionOf(request: HttpRequest, query: URLSearchParams): readonly [string, () => Performed] | undefined {
    const action = `${request.method} ${request.path} ${query.get('Action') ?? ''}`.trim()
    switch (action) {
      case 'GET /federation getSigninToken':
      case 'POST /federation getSigninToken':
        return ['getSigninToken', () => getSigninToken(query)]
      case 'GET /federation login':
        return ['login', () => login(query)]
      case 'GET /oauth logout':
        return ['logout', () => logout(query, request)]
      case 'GET /console/session':
        return ['session', () => session(request)]
      default:
        return undefined
    }
  }

  return {
    service: {
      name: 'signin',
      receive(request) {
        const query = new URLSearchParams(request.method === 'POST' ? request.body.toString('utf8') : request.query)
        const found = actionOf(request, query)
        if (found === undefined) return undefined
        const [action, perform] = found
        const logged = ['SessionDuration', 'Issuer', 'Destination'].flatMap(name => {
          const value = query.get(name)
          return value === null ? [] : [[name, value] as const]
        })
        return {
          action,
          parameters: Object.fromEntries(logged),
          signer: {},
          perform,
          refuse: ({ status, message }) => ({ status, contentType: 'text/html', body: `<p>${message}</p>\n` }),
        }
      },
    },
    secrets: () => [...tokens.keys()],
  }
}

/** The session that credentials are of. AWS takes those of roles and of federated users. */
function sessionIn(text: string, world: World): Session {
  const { sessionId, sessionKey, sessionToken } = parse(text)
  const session = world.ownerOf(sessionId ?? '')?.session
  const isKnown = session?.secretAccessKey === sessionKey && session?.sessionToken === sessionToken
  if (session === undefined || !isKnown || session.expiration <= world.now() || session.denied) throw refused('Session')
  if (session.principal.kind === 'user') throw refused('Session')
  return session
}

function endOf({ principal, chained }: Session, text: string, now: number): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  const isTaken = principal.kind === 'role' && chained !== true && seconds >= shortest && seconds <= longest
  if (!isTaken) throw refused('SessionDuration')
  return now + seconds * 1000
}

function parse(text: string): Record<string, string> {
  try {
    return JSON.parse(text)
  } catch {
    throw refused('Session')
  }
}

const refused = (name: string): AwsError => new AwsError('InvalidRequest', 400, `${name} is not valid`)

const json = (value: object): Performed => ({
  answer: { status: 200, contentType: 'application/json', body: JSON.stringify(value) },
})

function redirect(address: string, cookie: string): Performed {
  const headers = { Location: address, 'Set-Cookie': cookie }
  const answer: HttpAnswer = { status: 302, contentType: 'text/html', headers, body: '' }
  return { answer }
}
