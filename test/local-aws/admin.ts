import type { FaultSpec } from './faults.ts'
import type { HttpAnswer, HttpRequest } from './http-message.ts'
import type { Controls } from './local-aws.ts'
import type { WebIdentityRequest } from './web-identity.ts'
import { checkMembers, type WorldSpec } from './world-spec.ts'

/** Where the paths for other processes begin. */
export const adminPath = '/_admin/'

/**
 * Answers a request to an admin path, for tests and demos in another process. JSON in, JSON out:
 * - `GET calls`, `DELETE calls`
 * - `GET faults`, `POST faults` (one fault or a list), `DELETE faults`
 * - `POST world` (adds all of it)
 * - `POST revoke` `{"target": access key id or role}`
 * - `POST device` `{"userCode": ..., "decision": "approved" or "denied"}`
 * - `POST clock` `{"offsetSeconds": n}` from the machine's clock
 * - `GET mfa-code?serial=...`, optionally `&at=` milliseconds since 1970
 * - `GET web-identity-token?issuer=...&subject=...`, optionally `&audience=` and `&expiresIn=` seconds
 *
 * What goes wrong is a 400 with `{"error": ...}`.
 */
export function answerAdmin(request: HttpRequest, controls: Controls): HttpAnswer {
  const operation = `${request.method} ${request.path.slice(adminPath.length)}`
  const handler = Object.hasOwn(operations, operation) ? operations[operation] : undefined
  if (handler === undefined) return json(404, { error: `there is no ${operation}` })
  try {
    return json(
      200,
      handler(controls, new URLSearchParams(request.query), () => JSON.parse(request.body.toString())) ?? {},
    )
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) })
  }
}

function json(status: number, value: unknown): HttpAnswer {
  return { status, contentType: 'application/json', body: `${JSON.stringify(value)}\n` }
}

type Operation = (controls: Controls, query: URLSearchParams, body: () => unknown) => unknown

const operations: Readonly<Record<string, Operation>> = {
  'GET calls': controls => controls.calls,
  'DELETE calls': controls => controls.clearCalls(),
  'GET faults': controls => controls.faults.list(),
  'POST faults': (controls, _, body) => controls.faults.add(...([body()].flat() as FaultSpec[])),
  'DELETE faults': controls => controls.faults.clear(),
  'POST world': (controls, _, body) => controls.addWorld(body() as WorldSpec),
  'POST revoke'(controls, _, body) {
    const request = body() as { target: string }
    checkMembers('the request', request, ['target'])
    controls.revoke(request.target)
  },
  'POST device'(controls, _, body) {
    const request = body() as { userCode: string; decision: 'approved' | 'denied' }
    checkMembers('the request', request, ['userCode', 'decision'])
    controls.decideDevice(request.userCode, request.decision)
  },
  'POST clock'(controls, _, body) {
    const request = body() as { offsetSeconds: number }
    checkMembers('the request', request, ['offsetSeconds'])
    if (!Number.isFinite(request.offsetSeconds)) throw new Error('offsetSeconds is not a number')
    controls.setClock(() => Date.now() + request.offsetSeconds * 1000)
  },
  'GET mfa-code'(controls, query) {
    const at = query.get('at')
    const serial = query.get('serial') ?? ''
    return { code: at === null ? controls.mfaCode(serial) : controls.mfaCode(serial, Number(at)) }
  },
  'GET web-identity-token'(controls, query) {
    const { expiresIn, ...texts } = Object.fromEntries(query)
    const request = { ...texts, ...(expiresIn === undefined ? {} : { expiresIn: Number(expiresIn) }) }
    return { token: controls.webIdentityToken(request as unknown as WebIdentityRequest) }
  },
}
