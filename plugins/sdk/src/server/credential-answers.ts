import type { Credentials } from '../credentials.ts'
import { isVaultError } from '../errors.ts'
import type { CredentialSource } from '../exposure.ts'
import { type Answer, answerJson } from './answer.ts'

/** Answers with the credentials of one source. */
export interface CredentialAnswers {
  readonly source: CredentialSource
  /** The answer to a request that may have them: at once where they are at hand. Never throws, never rejects. */
  answer(): Answer | Promise<Answer>
}

/**
 * Keeps the answer with a source's credentials ready as bytes, as long as the credentials are the same.
 * @param shape what the client is told of them, e.g. the members that the container endpoint has
 */
export function credentialAnswers(
  source: CredentialSource,
  shape: (credentials: Credentials & { readonly expiration: Date }) => unknown,
): CredentialAnswers {
  let last: Credentials | undefined
  let lastAnswer: Answer | undefined

  function answerWith(credentials: Credentials): Answer {
    if (credentials === last && lastAnswer !== undefined) return lastAnswer
    const { expiration } = credentials
    // A client of a server expects that they end, and asks again before; others would be held for ever.
    if (expiration === undefined)
      return answerJson(403, { code: 'LongLivedKeys', message: 'long-lived keys are not served' })
    lastAnswer = answerJson(200, shape({ ...credentials, expiration }))
    last = credentials
    return lastAnswer
  }

  return {
    source,
    answer() {
      const ready = source.ready?.()
      if (ready !== undefined) return answerWith(ready)
      return source.current().then(answerWith).catch(failureAnswer)
    },
  }
}

/** Failures that go away only when a person does something: asking again at once is of no use. */
const NEEDS_A_PERSON =
  /^ERR_(?:PROMPT|CONFIRM|MFA|PASS|AGE|KEYRING_(?:LOCKED|DISMISSED)|SERVER|PROFILE|PLAN|CONFIG|CREDENTIALS|(?:SSO|SIGN_IN)_(?!THROTTLED|UNAVAILABLE|FAILED|ANSWER))/

/**
 * What a client is told when there are no credentials for it: the code and the sentence of the error, which hold no
 * secret. 403 where only a person can mend it, 503 where trying again may help. Members in both cases of their names:
 * the SDKs differ in what they read.
 */
export function failureAnswer(error: unknown): Answer {
  const code = isVaultError(error) ? error.code : 'ERR_INTERNAL'
  const sentence = isVaultError(error) ? error.message : 'the credentials could not be renewed'
  const hint = isVaultError(error) && error.hint !== undefined ? ` (${error.hint})` : ''
  const message = `aws-vault: ${sentence}${hint}`
  const seconds = isVaultError(error) ? error.facts.retryAfterSeconds : undefined
  return answerJson(
    NEEDS_A_PERSON.test(code) ? 403 : 503,
    { code, message, Code: code, Message: message },
    { headers: typeof seconds === 'number' ? { 'Retry-After': String(Math.max(1, Math.ceil(seconds))) } : {} },
  )
}
