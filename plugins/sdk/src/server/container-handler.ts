import { isVaultError } from '../errors.ts'
import type { CredentialSource } from '../exposure.ts'
import { type Answer, type AnswerOptions, answerJson } from './answer.ts'
import { containerCredentials } from './container-shape.ts'
import { type CredentialAnswers, credentialAnswers, failureAnswer } from './credential-answers.ts'
import type { Request } from './request-head.ts'

/** The beginning of the path of a role's credentials. */
const ROLE_PATH = '/role-arn/'

/** How many roles' answers are kept ready. */
const MAX_ROLES = 100

/** What a {@link containerHandler} serves. */
export interface ContainerHandlerOptions {
  readonly source: CredentialSource
  /** The path of the profile's own credentials. */
  readonly path: string
  /** Whether a client gave a token that is good. Called with what stands in `Authorization`; constant-time. */
  isAuthorized(token: string | undefined): boolean
}

/** An error in the shape that all SDKs read: some look for `code` and `message`, some for `Code` and `Message`. */
export function containerError(
  status: number,
  code: string,
  message: string,
  options: Pick<AnswerOptions, 'closes'> = {},
): Answer {
  return answerJson(status, { code, message, Code: code, Message: message }, options)
}

/**
 * Answers as the credential endpoint of containers does: the profile's credentials at `path`, those of a role that they
 * may assume at `/role-arn/ARN`, nothing elsewhere, and nothing at all without the token.
 */
export function containerHandler({
  source,
  path,
  isAuthorized,
}: ContainerHandlerOptions): (request: Request) => Answer | Promise<Answer> {
  const own = credentialAnswers(source, credentials => containerCredentials(credentials))
  const roles = new Map<string, CredentialAnswers>()
  // It costs whoever guesses a connection each time, and none of many such clients keeps others waiting.
  const denied = containerError(403, 'InvalidToken', 'the token is missing or wrong', { closes: true })
  const nothing = containerError(404, 'NotFound', 'there is nothing here')

  function answersOf(roleArn: string): CredentialAnswers | undefined {
    const roleSource = source.forRole?.(roleArn)
    if (roleSource === undefined) return undefined
    const known = roles.get(roleArn)
    if (known?.source === roleSource) return known
    const answers = credentialAnswers(roleSource, credentials => containerCredentials(credentials, roleArn))
    for (const oldest of roles.keys()) {
      if (roles.size < MAX_ROLES) break
      roles.delete(oldest)
    }
    roles.set(roleArn, answers)
    return answers
  }

  return request => {
    if (!isAuthorized(request.headers.get('authorization'))) return denied
    if (request.path === path) return own.answer()
    if (!request.path.startsWith(ROLE_PATH)) return nothing
    try {
      return answersOf(request.path.slice(ROLE_PATH.length))?.answer() ?? nothing
    } catch (error) {
      if (isVaultError(error, 'ERR_CONFIG_VALUE')) return containerError(400, error.code, error.message)
      return failureAnswer(error)
    }
  }
}
