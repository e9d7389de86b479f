import type { SignerFacts } from './authenticate.ts'
import type { AwsError } from './aws-error.ts'
import type { HttpAnswer, HttpRequest } from './http-message.ts'

/**
 * One web service of the local AWS. STS and IAM are two; SSO or the sign-in service become their siblings by having
 * this shape and standing in the list that server.ts gives its requests to.
 */
export interface Service {
  readonly name: string
  /** What the request asks of this service; `undefined` when it is meant for another one. Never throws. */
  receive(request: HttpRequest): Visit | undefined
}

/** One request to one service. Looking at it does nothing; `perform` does. */
export interface Visit {
  readonly action: string
  /** As they came, for the call log: secrets left out. */
  readonly parameters: Readonly<Record<string, string>>
  readonly signer: SignerFacts
  /**
   * Does what is asked, at once and whole.
   * @throws AwsError when AWS would refuse
   */
  perform(requestId: string): Performed
  /** The answer that tells of an error, in this service's format. */
  refuse(error: AwsError, requestId: string): HttpAnswer
}

/** What came of a request that was not refused. */
export interface Performed {
  readonly answer: HttpAnswer
  /** The access key id of the credentials that it gave out. */
  readonly issued?: string
}
