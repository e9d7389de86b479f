import type { PromptContext } from './context.ts'

/** One question. */
export interface PromptRequest {
  /** What is asked and for whom, e.g. `MFA code for arn:aws:iam::111111111111:mfa/alice (profile dev)`. Plain text. */
  readonly message: string
  /** Whether the answer must not be shown while it is typed. */
  readonly secret: boolean
  /** What to do where nobody can be asked, for the hint of the error, e.g. `give the code by --mfa-token`. */
  readonly instead?: string
}

/** Contribution kind `prompts`: asks a person. */
export interface Prompt {
  /**
   * Asks and returns the answer without its line end. An empty answer is an answer.
   * @throws PromptUnavailableError when nobody can be asked here
   * @throws PromptCancelledError when the person declines
   */
  ask(request: PromptRequest, context: PromptContext): Promise<string>
}
