import type { PromptContext } from './context.ts'

/** One question. */
export interface PromptRequest {
  /** What is asked and for whom, e.g. `MFA code for arn:aws:iam::111111111111:mfa/alice (profile dev)`. Plain text. */
  readonly message: string
  /** Whether the answer must not be shown while it is typed. */
  readonly secret: boolean
  /**
   * Whether yes or no is the answer: a prompt with buttons offers these two, of which no is the one that a careless key
   * presses. The answer is then `yes` or `no`; a prompt without buttons gives what was typed, of which all but `y` and
   * `yes` is a no.
   */
  readonly yesNo?: boolean
  /** The MFA device (its ARN or serial number) whose code is asked for, if that is the question. */
  readonly mfaSerial?: string
  /** What to do where nobody can be asked, for the hint of the error, e.g. `give the code by --mfa-token`. */
  readonly instead?: string
}

/** Contribution kind `prompts`: asks a person. */
export interface Prompt {
  /** Whether it gives codes of MFA devices only, by itself. Everything else is then asked as if it had not been chosen. */
  readonly onlyMfaCodes?: boolean
  /**
   * Asks and returns the answer without its line end. An empty answer is an answer.
   * @throws PromptUnavailableError when nobody can be asked here
   * @throws PromptCancelledError when the person declines
   */
  ask(request: PromptRequest, context: PromptContext): Promise<string>
}
