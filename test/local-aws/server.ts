import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { adminPath, answerAdmin } from './admin.ts'
import { AwsError, throttling } from './aws-error.ts'
import type { Call } from './call-log.ts'
import type { FaultEffect } from './faults.ts'
import { type HttpAnswer, type HttpRequest, readRequest } from './http-message.ts'
import { type Controls, createState, type LocalAwsState } from './local-aws.ts'
import type { Visit } from './service.ts'
import type { WorldSpec } from './world-spec.ts'

/** How a local AWS starts. */
export interface LocalAwsOptions {
  /** 0, or absent: one that is free. */
  readonly port?: number
  /** The server's clock, in milliseconds since 1970; the machine's if absent. */
  readonly clock?: () => number
  readonly world?: WorldSpec
}

/** A running local AWS. */
export interface LocalAws extends Controls {
  /** `http://127.0.0.1:<port>`, for AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS or endpoint_url. */
  readonly url: string
  /** Ends it, and every connection to it. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an AWS of our own on 127.0.0.1: STS, the access keys of IAM, and single sign-on, with real signatures, MFA codes, role trust
 * and durations. A stand-in for tests and demos: what it has is only in memory.
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const state = createState(options.clock ?? Date.now)
  state.addWorld(options.world ?? {})
  const server = createServer((message, response) => {
    serve(message, response, state).catch(() => response.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const { log: _, services: __, ...controls } = state
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { ...controls, url, close, [Symbol.asyncDispose]: close }
}

async function serve(message: IncomingMessage, response: ServerResponse, state: LocalAwsState): Promise<void> {
  let request: HttpRequest
  try {
    request = await readRequest(message)
  } catch {
    return send(response, { status: 413, contentType: 'text/plain', body: 'too large\n' }, state)
  }
  if (request.path.startsWith(adminPath)) return send(response, answerAdmin(request, state), state)
  for (const service of state.services) {
    const visit = service.receive(request)
    if (visit !== undefined) return answerVisit(service.name, visit, response, state)
  }
  send(response, { status: 404, contentType: 'text/plain', body: 'no such service\n' }, state)
}

function answerVisit(service: string, visit: Visit, response: ServerResponse, state: LocalAwsState): void {
  const { action, parameters, signer } = visit
  const fault = state.faults.next(service, action)
  const call: Call = { time: state.now(), service, action, parameters, ...signer, result: 'none' }
  if (fault !== undefined) call.fault = typeof fault === 'string' ? fault : (Object.keys(fault)[0] as string)
  const requestId = randomUUID()
  const answer = fault === 'hang' || fault === 'cut' ? undefined : settle(visit, scriptedError(fault), requestId, call)
  // Whoever waits for a call finds it settled.
  state.log.add(call)
  if (fault === 'hang') return
  if (answer === undefined || fault === 'cut-after') {
    response.destroy()
  } else if (fault === 'cut-answer') {
    writeHead(response, answer, state)
    const body = Buffer.from(answer.body)
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
  } else if (fault === 'garbage') {
    send(response, { status: 200, contentType: 'text/html', body: webPage }, state)
  } else if (typeof fault === 'object' && 'delayMs' in fault) {
    // A pending answer keeps nothing alive: its connection does, until it is closed.
    setTimeout(() => send(response, answer, state), fault.delayMs).unref()
  } else {
    send(response, answer, state)
  }
}

/** Performs a call, or refuses it, and notes in the log what came of it. */
function settle(visit: Visit, scripted: AwsError | undefined, requestId: string, call: Call): HttpAnswer {
  try {
    if (scripted !== undefined) throw scripted
    const { answer, issued } = visit.perform(requestId)
    call.result = 'ok'
    if (issued !== undefined) call.issued = issued
    return answer
  } catch (error) {
    const refusal = error instanceof AwsError ? error : new AwsError('InternalFailure', 500, String(error))
    call.result = refusal.code
    return visit.refuse(refusal, requestId)
  }
}

function scriptedError(fault: FaultEffect | undefined): AwsError | undefined {
  if (fault === 'throttle') return throttling()
  if (typeof fault !== 'object' || !('error' in fault)) return undefined
  return new AwsError(fault.error.code, fault.error.status ?? 400, fault.error.message ?? '')
}

const webPage = '<!doctype html>\n<html><head><title>Welcome</title></head><body><p>Please sign in<br></body></html>\n'

function send(response: ServerResponse, answer: HttpAnswer, state: LocalAwsState): void {
  writeHead(response, answer, state)
  response.end(answer.body)
}

function writeHead(
  response: ServerResponse,
  { status, contentType, headers, body }: HttpAnswer,
  state: LocalAwsState,
): void {
  response.writeHead(status, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    Date: new Date(state.now()).toUTCString(),
  })
}
