import type { AwsError } from './aws-error.ts'
import type { HttpAnswer, HttpRequest } from './http-message.ts'
import type { Service } from './service.ts'

/** What an action answers. */
export interface RestResult {
  /** The JSON body; absent where `answer` is given. */
  readonly json?: object
  /** A whole answer, for what browsers ask. */
  readonly answer?: HttpAnswer
  /** The access key id of the credentials given out. */
  readonly issued?: string
}

/** One action of a service that speaks JSON over plain paths. */
export interface RestAction {
  /** `POST /token`. */
  readonly route: string
  readonly action: string
  /** Names of what stands in the call log; everything else is a secret. */
  readonly logged: readonly string[]
  /** @throws AwsError when AWS would refuse */
  perform(input: RestInput): RestResult
}

/** A request's members, from its query or its JSON body, and its headers. */
export interface RestInput {
  readonly members: Readonly<Record<string, unknown>>
  readonly request: HttpRequest
}

/** Makes a service of unsigned actions. `errorBody` words an error as the service does. */
export function restService(
  name: string,
  actions: readonly RestAction[],
  errorBody: (error: AwsError) => object,
): Service {
  return {
    name,
    receive(request) {
      const found = actions.find(({ route }) => route === `${request.method} ${request.path}`)
      if (found === undefined) return undefined
      const members = membersOf(request)
      const parameters = Object.entries(members).filter(([member]) => found.logged.includes(member))
      return {
        action: found.action,
        parameters: Object.fromEntries(parameters.map(([member, value]) => [member, textOf(value)])),
        signer: {},
        perform(requestId) {
          const { json = {}, answer, issued } = found.perform({ members, request })
          return { answer: answer ?? jsonAnswer(200, json, requestId), ...(issued === undefined ? {} : { issued }) }
        },
        refuse(error, requestId) {
          return jsonAnswer(error.status, errorBody(error), requestId, { 'x-amzn-ErrorType': `${error.code}:` })
        },
      }
    },
  }
}

function membersOf({ query, body }: HttpRequest): Record<string, unknown> {
  const members: Record<string, unknown> = Object.fromEntries(new URLSearchParams(query))
  if (body.length === 0) return members
  try {
    return { ...members, ...JSON.parse(body.toString('utf8')) }
  } catch {
    return members
  }
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(' ') : String(value))

function jsonAnswer(status: number, json: object, id: string, headers: Record<string, string> = {}): HttpAnswer {
  const more = { 'x-amzn-RequestId': id, ...headers }
  return { status, contentType: 'application/json', headers: more, body: JSON.stringify(json) }
}
