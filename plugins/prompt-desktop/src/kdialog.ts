import { type Prompt, type PromptRequest, printable } from '@aws-vault/plugin-sdk'
import { askInWindow, type WindowProgram } from './ask-in-window.ts'
import { answerOf, whyNotAsked } from './outcomes.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/**
 * The text of a question. Qt guesses whether a text is HTML; so that it never guesses wrong, it always is, and the words
 * in it are escaped. In front of an entry it also makes of `&x` an underlined x. kdialog resolves escapes with a backslash
 * before.
 */
function asHtml(message: string, beforeEntry: boolean): string {
  const text = printable(message).replaceAll('&', beforeEntry ? '&&' : '&')
  const escaped = text.replace(/[&<>"]/g, character => ENTITIES[character] ?? '')
  return `<qt><span style="white-space: pre-wrap">${escaped}</span></qt>`.replaceAll('\\', '\\\\')
}

/** kdialog --help: exit code 0 for OK, 1 for Cancel, also when the window is closed. */
const kdialog: WindowProgram = {
  name: 'kdialog',
  file: 'kdialog',
  // Return presses Yes in all its questions for yes or no. Therefore the word has to be typed.
  args: ({ message, secret, yesNo }: PromptRequest) => [
    '--title',
    'aws-vault',
    ...(secret
      ? ['--password', asHtml(message, false)]
      : ['--inputbox', asHtml(yesNo ? `${message} Type yes to allow it:` : message, true)]),
  ],
  outcome: end => whyNotAsked(end, [0, 1]) ?? (end.code === 0 ? answerOf(end) : 'cancelled'),
  install: 'install kdialog',
}

/** Contribution `prompts.kdialog`. */
const prompt: Prompt = { ask: (request, context) => askInWindow(kdialog, request, context) }

export default prompt
