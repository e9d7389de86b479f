import type { Logger } from '@aws-vault/plugin-sdk'
import { isVaultError, MfaRefusedError, VaultError } from '@aws-vault/plugin-sdk'

/** Which code is wanted, of whom and for what. */
export interface MfaRequest {
  readonly serial: string
  /** The profile that it is for. */
  readonly profile: string
  /** 1 for the first question. */
  readonly attempt: number
  /** The command that prints the code, where the user has one. */
  readonly process?: string
}

/** Where codes come from. */
export interface MfaCodeSource {
  /** Asks the person at the desk, or runs the command of the request. */
  ask(request: MfaRequest): Promise<string>
  /** Whether a device answers instead of a person, and says the same until its next code. */
  comesByItself?(): Promise<boolean>
  /** The code given on the command line, for the first that is wanted. */
  readonly token?: string
  readonly logger: Logger
  /** Waits that many milliseconds; replaced by tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>
  readonly signal: AbortSignal
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const attempts = 3

/** How long a code is shown, in milliseconds (RFC 6238; AWS takes no other devices). */
const period = 30_000

/**
 * Gets one-time codes and sees to it that none is sent twice: AWS takes each only once, whatever it is sent for, and
 * refuses the second use just like a wrong code. Lives as long as the program.
 */
export class MfaCodes {
  readonly #source: MfaCodeSource
  readonly #sent = new Set<string>()
  #token: string | undefined

  constructor(source: MfaCodeSource) {
    this.#source = source
    this.#token = source.token
  }

  /**
   * Calls `send` with a code, and with another one when AWS refuses it, three in all. A code from the command line is
   * tried alone: whoever gives one may not be there to be asked.
   * @throws MfaRefusedError when AWS refused all of them; whatever `send` and the question throw
   */
  async use<T>(request: Omit<MfaRequest, 'attempt'>, send: (code: string) => Promise<T>): Promise<T> {
    const token = this.#token
    this.#token = undefined
    return token === undefined ? this.#useAnswers(request, send) : this.#useToken(token, request, send)
  }

  async #useToken<T>(
    token: string,
    { serial, profile }: Omit<MfaRequest, 'attempt'>,
    send: (code: string) => Promise<T>,
  ): Promise<T> {
    const code = withoutSpaces(token)
    if (!isCode(code)) {
      throw new VaultError('ERR_MFA_CODE', `the MFA code given for profile "${profile}" is not six digits`, {
        hint: `give the six digits that ${serial} shows, or no code at all to be asked for one`,
        facts: { profile, serial },
      })
    }
    this.#sent.add(`${serial} ${code}`)
    try {
      return await send(code)
    } catch (error) {
      if (!isVaultError(error, 'ERR_MFA_REFUSED')) {
        throw error
      }
      throw new MfaRefusedError(`AWS refused the MFA code given for profile "${profile}"`, {
        hint: `wait until ${serial} shows the next code, and give that one; each can be used only once`,
        facts: { ...error.facts, profile, serial },
        cause: error,
      })
    }
  }

  async #useAnswers<T>(request: Omit<MfaRequest, 'attempt'>, send: (code: string) => Promise<T>): Promise<T> {
    const { serial, profile } = request
    const { logger } = this.#source
    let refusal: unknown
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const code = withoutSpaces(await this.#source.ask({ ...request, attempt }))
      if (!isCode(code)) {
        logger.warn('an MFA code is six digits')
      } else if (this.#sent.has(`${serial} ${code}`)) {
        await this.#waitForNext(request, attempt)
      } else {
        this.#sent.add(`${serial} ${code}`)
        try {
          return await send(code)
        } catch (error) {
          if (!isVaultError(error, 'ERR_MFA_REFUSED')) {
            throw error
          }
          refusal = error
          logger.warn(`AWS refused the MFA code for profile "${profile}"`)
        }
      }
    }
    throw new MfaRefusedError(`no MFA code for profile "${profile}" was accepted`, {
      hint: `check that ${serial} is the device that you read the code from, and that its clock is right`,
      facts: { profile, serial },
      ...(refusal !== undefined && { cause: refusal }),
    })
  }

  /** A person is told, and asked again at once; a command would only say the same again, so its next code is awaited. */
  async #waitForNext({ serial, process }: Omit<MfaRequest, 'attempt'>, attempt: number): Promise<void> {
    const { logger, signal, now, wait = sleep } = this.#source
    if (process === undefined && !(await this.#source.comesByItself?.())) {
      logger.warn(`that code of ${serial} has been used already: wait for the next one`)
    } else if (attempt < attempts) {
      const milliseconds = period - (now() % period)
      logger.warn(`waiting ${Math.ceil(milliseconds / 1000)} s for the next code of ${serial}: this one has been used`)
      await wait(milliseconds, signal)
    }
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { setTimeout } = await import('node:timers/promises')
  await setTimeout(milliseconds, undefined, { signal })
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/\s/g, '')
}

function isCode(text: string): boolean {
  return /^\d{6}$/.test(text)
}
