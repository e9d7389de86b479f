import { ReadStream } from 'node:tty'
import {
  isVaultError,
  PromptCancelledError,
  type PromptRequest,
  PromptUnavailableError,
  printable,
  VaultError,
} from '@aws-vault/plugin-sdk'
import { AnswerLine } from './answer-line.ts'
import { hideTyping } from './hide-typing.ts'
import type { Terminal } from './terminal.ts'

const questionLine = (message: string, yesNo = false): string =>
  yesNo ? `${printable(message)} (y|N) ` : `${printable(message)}${/[?:]$/.test(message) ? '' : ':'} `

/**
 * Asks one question on a terminal. An answer that is no secret is edited and shown by the terminal itself, a secret one
 * by nobody.
 * @throws PromptCancelledError when the person declines, or `signal` is aborted
 * @throws PromptUnavailableError when the terminal cannot hide what is typed, or goes away
 * @throws VaultError ERR_PROMPT_ANSWER when the answer is not UTF-8
 */
export async function askOn(
  terminal: Terminal,
  { message, secret, yesNo }: PromptRequest,
  signal: AbortSignal,
): Promise<string> {
  if (signal.aborted) throw new PromptCancelledError()
  const line = new AnswerLine()
  const { promise, resolve } = Promise.withResolvers<'answered' | 'cancelled' | Error>()
  const cancel = () => resolve('cancelled')
  const input = new ReadStream(terminal.openInput(), {
    // One byte at a time, so that nothing beyond the answer is taken away from whoever reads next.
    onread: {
      buffer: Buffer.alloc(1),
      callback: (_, bytes) => {
        const progress = line.take(bytes[0] ?? 0)
        if (progress === 'open') return true
        resolve(progress)
        return false
      },
    },
  })
  input.on('error', resolve)
  input.once('end', cancel) // Ctrl-D outside of raw mode
  signal.addEventListener('abort', cancel)

  let outcome: 'answered' | 'cancelled' | Error
  const show = secret ? hideTyping(input) : () => {}
  try {
    if (secret && !input.isRaw) throw new Error('it does not hide what is typed')
    terminal.write(questionLine(message, yesNo))
    input.resume()
    outcome = await promise
  } catch (error) {
    outcome = error as Error
  }
  signal.removeEventListener('abort', cancel)
  show()
  input.destroy()

  if (outcome instanceof Error) {
    throw isVaultError(outcome)
      ? outcome
      : new PromptUnavailableError(`the terminal cannot be used: ${outcome.message}`, { cause: outcome })
  }
  // The line end that was typed has been hidden as well, or there was none.
  if (secret || outcome === 'cancelled') terminal.write('\n')
  if (outcome === 'cancelled') throw new PromptCancelledError()
  if (line.text === undefined) {
    throw new VaultError('ERR_PROMPT_ANSWER', 'the answer is not UTF-8 text', {
      hint: 'set the character encoding of your terminal to UTF-8',
    })
  }
  return line.text
}
