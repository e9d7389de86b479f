import { type Prompt, type PromptRequest, printable } from '@aws-vault/plugin-sdk'
import { askInWindow, type WindowProgram } from './ask-in-window.ts'
import { answerOf, whyNotAsked } from './outcomes.ts'

/**
 * The text of a question: no markup there, but zenity resolves escapes with a backslash, and GTK makes of `_x` an
 * underlined x.
 */
const entryText = (message: string): string => printable(message).replaceAll('\\', '\\\\').replaceAll('_', '__')

/** zenity(1): exit code 0 for OK and yes, 1 for Cancel and no, also when the window is closed. */
const zenity: WindowProgram = {
  name: 'zenity',
  file: 'zenity',
  args: ({ message, secret, yesNo }: PromptRequest) =>
    yesNo
      ? ['--question', '--title=aws-vault', '--no-markup', '--default-cancel', `--text=${printable(message)}`]
      : ['--entry', '--title=aws-vault', ...(secret ? ['--hide-text'] : []), `--text=${entryText(message)}`],
  outcome(end, { yesNo }) {
    const failure = whyNotAsked(end, [0, 1])
    if (failure !== undefined) return failure
    if (yesNo) return { answer: end.code === 0 ? 'yes' : 'no' }
    return end.code === 0 ? answerOf(end) : 'cancelled'
  },
  install: 'install zenity',
}

/** Contribution `prompts.zenity`. */
const prompt: Prompt = { ask: (request, context) => askInWindow(zenity, request, context) }

export default prompt
