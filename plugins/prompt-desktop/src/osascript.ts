import { type Prompt, printable } from '@aws-vault/plugin-sdk'
import { askInWindow, type WindowProgram } from './ask-in-window.ts'
import { answerOf, whyNotAsked } from './outcomes.ts'

/** The whole script. What is asked comes as arguments, which AppleScript hands over as text and never runs. */
export const SCRIPT: string = `on run argv
  set theTitle to item 1 of argv
  set theKind to item 2 of argv
  set theQuestion to item 3 of argv
  if theKind is "yes-no" then
    display dialog theQuestion with title theTitle buttons {"No", "Yes"} default button "No"
    return button returned of result
  end if
  if theKind is "secret" then
    display dialog theQuestion with title theTitle default answer "" with hidden answer
  else
    display dialog theQuestion with title theTitle default answer ""
  end if
  return text returned of result
end run`

/** AppleScript's number for "User canceled." */
const CANCELED = /\(-128\)/

export const osascript: WindowProgram = {
  name: 'osascript',
  file: '/usr/bin/osascript',
  // osascript(1) reads no options behind its first other word, which is ours.
  args: ({ message, secret, yesNo }) => [
    '-e',
    SCRIPT,
    'aws-vault',
    yesNo ? 'yes-no' : secret ? 'secret' : 'open',
    printable(message),
  ],
  outcome(end, { yesNo }) {
    if (end.code === 1 && CANCELED.test(end.stderr)) return yesNo ? { answer: 'no' } : 'cancelled'
    const failure = whyNotAsked(end, [0])
    if (failure !== undefined) return failure
    const outcome = answerOf(end)
    if (!yesNo || typeof outcome === 'string' || !('answer' in outcome)) return outcome
    return { answer: outcome.answer === 'Yes' ? 'yes' : 'no' }
  },
  install: 'it is part of macOS',
}

/** Contribution `prompts.osascript`. */
const prompt: Prompt = { ask: (request, context) => askInWindow(osascript, request, context) }

export default prompt
