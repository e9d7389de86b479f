import {
  isVaultError,
  type Logger,
  type Prompt,
  type PromptRequest,
  PromptUnavailableError,
} from '@aws-vault/plugin-sdk'
import type { Parts } from './parts.ts'
import type { Silence } from './silence.ts'
import type { UserSettings } from './user-settings.ts'
import type { World } from './world.ts'

/** Asks the person at the desk. */
export type Ask = (request: PromptRequest) => Promise<string>

/** What questions are asked with. */
export interface QuestionsNeeds {
  readonly world: World
  readonly logger: Logger
  readonly userSettings: () => Promise<UserSettings>
  readonly parts: Parts
  readonly silence: Silence
}

const DESKTOP_HINT = 'run it in a terminal, or install zenity, kdialog or a pinentry'

/** Questions to the person at the desk, by the prompt that the user chose or the first one that can ask. */
export class Questions {
  readonly #needs: QuestionsNeeds
  #sharesTerminal = false
  #terminal: Ask | undefined

  constructor(needs: QuestionsNeeds) {
    this.#needs = needs
  }

  /** Asks. A secret answer is blacked out from then on. */
  readonly ask: Ask = async request => {
    if (this.#needs.silence.isKept) throw new PromptUnavailableError(`${request.message}: nobody is asked now`)
    const answer = await this.#answer(request)
    if (request.secret) this.#needs.world.redactor.add(answer)
    return answer
  }

  /** From now on another program runs on our terminal, or nobody looks at it: no question may get in its way. */
  shareTerminal(): void {
    this.#sharesTerminal = true
  }

  /**
   * Puts somebody in place of the terminal, who asks in his own: a process that has none is started by one that has.
   * @param ask throws a PromptUnavailableError when nobody is there any more
   */
  askInstead(ask: Ask): void {
    this.#terminal = ask
  }

  /** Whether MFA codes come from a device by themselves, so that asking again gives the same one for a while. */
  async givesMfaCodesItself(): Promise<boolean> {
    const named = await this.#named()
    return named !== undefined && (await this.#onlyMfaCodes(named))
  }

  /** What {@link promptsToTry} says is asked: the first one that can. Another one than the terminal is named. */
  async #answer(request: PromptRequest): Promise<string> {
    const [first = '', ...others] = await this.#promptsFor(request)
    try {
      return await this.#askBy(first, request)
    } catch (cause) {
      if (!isVaultError(cause, 'ERR_PROMPT_UNAVAILABLE')) throw cause
      let failure = cause
      for (const name of others) {
        try {
          this.#needs.logger.warn(`asking by ${name}: ${cause.message}`)
          return await this.#askBy(name, request)
        } catch (error) {
          if (!isVaultError(error, 'ERR_PROMPT_UNAVAILABLE')) throw error
          failure = new PromptUnavailableError(`${failure.message}; ${error.message}`, {
            hint: DESKTOP_HINT,
            cause: error,
          })
        }
      }
      if (request.instead === undefined) throw failure
      throw new PromptUnavailableError(`${request.message}: ${failure.message}`, {
        hint: request.instead,
        cause: failure,
      })
    }
  }

  async #promptsFor({ mfaSerial }: PromptRequest): Promise<readonly string[]> {
    const { environment, platform } = this.#needs.world
    const named = await this.#named()
    const { promptsToTry } = await import('../settings/choose-prompt.ts')
    const onlyMfaCodes = named !== undefined && (await this.#onlyMfaCodes(named))
    return promptsToTry({ named, answers: !onlyMfaCodes || mfaSerial !== undefined, environment, platform })
  }

  async #askBy(name: string, request: PromptRequest): Promise<string> {
    if (name === 'terminal') {
      const answered = await this.#terminal?.(request)
      if (answered !== undefined) return answered
      if (this.#sharesTerminal) await refuseSharedTerminal()
    }
    const { implementation, context } = await this.#needs.parts.inForce<Prompt>('prompts', name)
    return implementation.ask(request, context)
  }

  /** The prompt that the user named. */
  async #named(): Promise<string | undefined> {
    const { settings } = await this.#needs.userSettings()
    return settings.core('prompt')?.value
  }

  async #onlyMfaCodes(name: string): Promise<boolean> {
    const { implementation } = await this.#needs.parts.inForce<Prompt>('prompts', name)
    return implementation.onlyMfaCodes === true
  }
}

/**
 * Reading from a terminal that another program has would stop us, and whoever we serve with us. Only Linux says whose
 * it is.
 */
async function refuseSharedTerminal(): Promise<void> {
  const { inForeground } = await import('../exec/foreground.ts')
  if (process.platform === 'linux' && inForeground()) return
  throw new PromptUnavailableError("the terminal is another program's now", {
    hint: 'choose another prompt with --prompt, or renew the session elsewhere, e.g. by aws-vault export',
  })
}
