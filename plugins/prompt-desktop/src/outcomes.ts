import { printable } from '@aws-vault/plugin-sdk'
import type { ProgramEnd } from '@aws-vault/plugin-sdk/program'
import type { Outcome } from './ask-in-window.ts'

/** What a program printed as an answer, without the line end that it put behind it. */
export const answerOf = ({ stdout }: ProgramEnd): Outcome => ({ answer: stdout.toString('utf8').replace(/\r?\n$/, '') })

/** How toolkits say that there is no screen: GTK 3 and 4, Qt. */
const NO_SCREEN = /cannot open display|failed to open display|could not connect to display|no qt platform plugin/i

/**
 * Why a program did not ask at all; `undefined` if it did. The words on stderr are its own: no answer stands there.
 * @param asked the exit codes that mean that it did
 */
export function whyNotAsked({ code, stderr }: ProgramEnd, asked: readonly number[]): Outcome | undefined {
  if (NO_SCREEN.test(stderr)) return { unavailable: 'it has no screen to show a window on' }
  if (code !== null && asked.includes(code)) return undefined
  const words = printable(stderr.trim().split('\n').at(-1) ?? '').slice(0, 200)
  const how = code === null ? 'it was ended by a signal' : `it ended with ${code}`
  return { unavailable: words === '' ? how : `${how} (${words})` }
}
