import { AwsError, invalidClientToken } from './aws-error.ts'
import { type HttpRequest, headerOf } from './http-message.ts'
import { arnOf, type Caller, type Partition, partitionOf } from './model.ts'
import {
  type Authorization,
  basicTime,
  equalInConstantTime,
  fromBasicTime,
  parseAuthorization,
  signatureOf,
  signingTime,
} from './sigv4.ts'
import type { World } from './world.ts'

/** What a request says of its signer, true or not, for the call log. */
export interface SignerFacts {
  readonly accessKeyId?: string
  /** The ARN of the user or assumed role that the access key stands for, if it is known. */
  readonly signer?: string
  /** Whether the access key is a session's. */
  readonly temporary?: boolean
  /** The region of the credential scope. */
  readonly region?: string
}

/** What a service wants of the signatures on its calls. */
export interface SigningRules {
  /** The service's name in the credential scope. */
  readonly service: string
  /** The only region it is signed for, when it has but one. */
  region?(partition: Partition): string
}

/** How far a client's clock may be away from ours. */
const allowedSkewMinutes = 5

/** Who seems to have signed a request. Nothing is verified, nothing is thrown. */
export function describeSigner(request: HttpRequest, world: World): SignerFacts {
  const scope = /Credential=([^/,\s]+)(?:\/[^/,]*\/([^/,]+))?/.exec(headerOf(request, 'authorization') ?? '')
  const [, accessKeyId, region] = scope ?? []
  if (accessKeyId === undefined) return {}
  const owner = world.ownerOf(accessKeyId)
  return {
    accessKeyId,
    ...(owner === undefined ? {} : { signer: arnOf(owner.principal), temporary: owner.session !== undefined }),
    ...(region === undefined ? {} : { region }),
  }
}

/**
 * Verifies a request's SigV4 signature and says who signed it.
 * @throws AwsError as AWS words it: missing, incomplete, wrong, too old or too new a signature, an unknown key, a
 *   session token that is not the key's, an expired session
 */
export function authenticate(request: HttpRequest, rules: SigningRules, world: World): Caller {
  const authorization = parseAuthorization(request)
  const time = signingTime(request) as string
  const { caller, secret } = world.look(authorization.accessKeyId, headerOf(request, 'x-amz-security-token'))
  const partition = partitionOf(caller.principal)
  checkSignedHeaders(request, authorization)
  checkScope(authorization, rules, time, partition)
  if (partitionOfRegion(authorization.region) !== partition) throw invalidClientToken()
  checkTime(time, world.now())
  if (!equalInConstantTime(authorization.signature, signatureOf(request, authorization, time, secret))) {
    throw signatureError(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  }
  if (caller.session !== undefined && caller.session.expiration <= world.now()) {
    throw new AwsError('ExpiredToken', 403, 'The security token included in the request is expired')
  }
  const user = caller.session === undefined && caller.principal.kind === 'user' ? caller.principal.user : undefined
  const key = user?.accessKeys.find(({ id }) => id === caller.accessKeyId)
  if (key !== undefined) key.lastUsed = { at: world.now(), service: rules.service }
  return caller
}

function signatureError(message: string): AwsError {
  return new AwsError('SignatureDoesNotMatch', 403, message)
}

/** Host and every `x-amz-` header have to be signed. */
function checkSignedHeaders(request: HttpRequest, { signedHeaders }: Authorization): void {
  if (!signedHeaders.includes('host')) {
    throw signatureError("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  }
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) {
      throw signatureError(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
    }
  }
}

function checkScope(scope: Authorization, rules: SigningRules, time: string, partition: Partition): void {
  const onlyRegion = rules.region?.(partition)
  const badRegion =
    onlyRegion === undefined ? !/^[a-z]{2}(-[a-z]+)+-\d+$/.test(scope.region) : scope.region !== onlyRegion
  const day = time.slice(0, 8)
  const faults = [
    ...(badRegion ? [`Credential should be scoped to a valid region, not '${scope.region}'. `] : []),
    ...(scope.service === rules.service
      ? []
      : [`Credential should be scoped to correct service: '${rules.service}'. `]),
    ...(scope.terminator === 'aws4_request'
      ? []
      : [`Credential should be scoped with a valid terminator: 'aws4_request', not '${scope.terminator}'. `]),
    ...(scope.date === day
      ? []
      : [
          `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${time}'.`,
        ]),
  ]
  if (faults.length > 0) throw signatureError(faults.join(''))
}

function partitionOfRegion(region: string): Partition {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

function checkTime(time: string, now: number): void {
  const [signed, skew] = [fromBasicTime(time), allowedSkewMinutes * 60_000]
  const [earliest, latest] = [Math.floor(now / 1000) * 1000 - skew, Math.floor(now / 1000) * 1000 + skew]
  if (!(signed >= earliest)) {
    throw signatureError(
      `Signature expired: ${time} is now earlier than ${basicTime(earliest)} (${basicTime(now)} - ${allowedSkewMinutes} min.)`,
    )
  }
  if (signed > latest) {
    throw signatureError(
      `Signature not yet current: ${time} is still later than ${basicTime(latest)} (${basicTime(now)} + ${allowedSkewMinutes} min.)`,
    )
  }
}
