import { type Prompt, type PromptRequest, printable } from '@aws-vault/plugin-sdk'
import { askInWindow, type Outcome, type WindowProgram } from './ask-in-window.ts'
import { decodeLines, encodeText } from './assuan.ts'
import { whyNotAsked } from './outcomes.ts'

/** GPG_ERR_CANCELED, GPG_ERR_NOT_CONFIRMED and GPG_ERR_FULLY_CANCELED of libgpg-error. */
const DECLINED = [99, 114, 198]

/**
 * What is said to pinentry, all at once: it answers line by line, and no line depends on the answer to one before.
 */
const conversation = ({ message, yesNo }: PromptRequest): readonly string[] => [
  // For those that ask in a terminal. The others do not mind.
  'OPTION ttyname=/dev/tty',
  'SETTITLE aws-vault',
  `SETDESC ${encodeText(printable(message))}`,
  // Return presses OK, and Escape is not told from No everywhere: the word has to be typed.
  `SETPROMPT ${yesNo ? 'Type yes to allow it:' : 'Answer:'}`,
  'GETPIN',
  'BYE',
]

/** GnuPG's pinentry, by the Assuan protocol. It always hides what is typed. */
export const pinentry = (file: string): WindowProgram => ({
  name: 'pinentry',
  file,
  args: () => [],
  input: request => `${conversation(request).join('\n')}\n`,
  outcome(end, request): Outcome {
    const replies = decodeLines(end.stdout)
    // The first one is its greeting.
    const finished = replies.filter(({ kind }) => kind !== 'D')
    const answer = finished[1 + conversation(request).indexOf('GETPIN')]
    if (answer === undefined) return whyNotAsked(end, []) ?? { unavailable: 'it gave no answer' }
    if (answer.kind === 'ERR') {
      return DECLINED.includes(answer.number) ? 'cancelled' : { unavailable: printable(answer.text) }
    }
    return { answer: replies.flatMap(({ kind, text }) => (kind === 'D' ? text : [])).join('') }
  },
  install: 'install a pinentry, or name one with --pinentry-program',
})

/** Contribution `prompts.pinentry`. */
const prompt: Prompt = {
  ask: (request, context) => askInWindow(pinentry(String(context.options.program ?? 'pinentry')), request, context),
}

export default prompt
