import { authenticate, describeSigner, type SigningRules } from './authenticate.ts'
import { AwsError } from './aws-error.ts'
import { type HttpAnswer, type HttpRequest, headerOf } from './http-message.ts'
import type { Caller } from './model.ts'
import type { Service } from './service.ts'
import type { World } from './world.ts'
import { writeXml, type XmlElement } from './xml.ts'

/** Parameters of a call, by name as it stands on the wire: `Tags.member.1.Key`. */
export type Parameters = Readonly<Record<string, string>>

/** What an action gives back. */
export interface QueryResult {
  /** The `<Action>Result` element; an action without one answers nothing but the request's id. */
  readonly result?: XmlElement
  /** The access key id of the credentials given out. */
  readonly issued?: string
}

/** A service that speaks the AWS Query protocol: form-encoded parameters in, XML out. */
export interface QueryApi {
  readonly signing: SigningRules
  /** The `Version` parameter. */
  readonly version: string
  readonly namespace: string
  /** Actions that have to be signed. */
  readonly signed: Readonly<Record<string, (parameters: Parameters, caller: Caller, world: World) => QueryResult>>
  /** Actions that need no signature. */
  readonly unsigned?: Readonly<Record<string, (parameters: Parameters, world: World) => QueryResult>>
  /** Parameters that the call log must not have. */
  readonly secretParameters?: readonly string[]
}

/** Makes a service of a table of actions. */
export function queryService(api: QueryApi, world: World): Service {
  const name = api.signing.service

  function perform(request: HttpRequest, action: string, parameters: Parameters): QueryResult {
    const open = own(api.unsigned, action)
    if (open !== undefined) return open(parameters, world)
    const caller = authenticate(request, api.signing, world)
    const handler = own(api.signed, action)
    if (handler === undefined) {
      throw new AwsError('InvalidAction', 400, `Could not find operation ${action} for version ${api.version}`)
    }
    return handler(parameters, caller, world)
  }

  return {
    name,
    receive(request) {
      const parameters = parse(request)
      const action = parameters.Action
      if (action === undefined || request.path !== '/') return undefined
      const scopedService = /Credential=[^/]*\/[^/]*\/[^/]*\/([^/,]+)/.exec(
        headerOf(request, 'authorization') ?? '',
      )?.[1]
      if ((parameters.Version ?? (scopedService === name ? api.version : '')) !== api.version) return undefined
      return {
        action,
        parameters: forLog(parameters, api.secretParameters ?? []),
        signer: describeSigner(request, world),
        perform(requestId) {
          const { result, issued } = perform(request, action, parameters)
          const content = {
            ...(result === undefined ? {} : { [`${action}Result`]: result }),
            ResponseMetadata: { RequestId: requestId },
          }
          const answer = xmlAnswer(200, `${action}Response`, api.namespace, content, requestId)
          return { answer, ...(issued === undefined ? {} : { issued }) }
        },
        refuse(error, requestId) {
          const content = {
            Error: { Type: error.type, Code: error.code, Message: error.message },
            RequestId: requestId,
          }
          return xmlAnswer(error.status, 'ErrorResponse', api.namespace, content, requestId)
        },
      }
    },
  }
}

/** `Object.prototype`'s members are no actions. */
function own<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}

function parse(request: HttpRequest): Parameters {
  const parameters: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(request.query)) parameters[name] = value
  for (const [name, value] of new URLSearchParams(request.body.toString('utf8'))) parameters[name] = value
  return parameters
}

function forLog({ Action: _, Version: __, ...parameters }: Parameters, secret: readonly string[]): Parameters {
  const entries = Object.entries(parameters)
  return Object.fromEntries(entries.map(([name, value]) => [name, secret.includes(name) ? '(not recorded)' : value]))
}

function xmlAnswer(status: number, root: string, namespace: string, content: XmlElement, id: string): HttpAnswer {
  return {
    status,
    contentType: 'text/xml',
    headers: { 'x-amzn-RequestId': id },
    body: `<${root} xmlns="${namespace}">\n${writeXml(content, '  ')}</${root}>\n`,
  }
}

/**
 * A list parameter in its order: `Tags.member.1.Key=a&Tags.member.1.Value=b` is `[{Key: 'a', Value: 'b'}]`. A member
 * without fields (`TransitiveTagKeys.member.1=a`) has its value under the empty name.
 */
export function listOf(parameters: Parameters, name: string): Record<string, string>[] {
  const members = new Map<number, Record<string, string>>()
  for (const [parameter, value] of Object.entries(parameters)) {
    const [list, member, index, field = '', ...more] = parameter.split('.')
    if (list !== name || member !== 'member' || !/^\d+$/.test(index ?? '') || more.length > 0) continue
    members.set(Number(index), { ...members.get(Number(index)), [field]: value })
  }
  return [...members].sort(([a], [b]) => a - b).map(([, fields]) => fields)
}
