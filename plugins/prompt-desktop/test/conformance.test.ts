import { after, before, describe } from 'node:test'
import { type Prompt, printable } from '@aws-vault/plugin-sdk'
import { ODD_MESSAGES, testPrompt } from '@aws-vault/plugin-sdk/testkit'
import kdialog from '../src/kdialog.ts'
import pinentry from '../src/pinentry.ts'
import zenity from '../src/zenity.ts'
import { Desktop } from './desktop.ts'

interface Driver {
  readonly name: string
  readonly program: string
  readonly prompt: Prompt
  readonly yes: readonly [string, string]
  /** By which way it can be known what it shows. */
  readonly reads: 'gtk' | 'qt' | 'not'
}

const TYPED = ['yes', 'Return'] as const

const UNREADABLE = {
  reason: 'it tells no screen reader what it shows; the line that it is sent is tested in data-not-script.test.ts',
  cases: [
    ...ODD_MESSAGES.map(message => `shows as text: ${printable(message)}`),
    'shows as text, all odd messages at once, when it hides what is typed',
    'shows as text, all odd messages at once, when it asks for yes or no',
  ],
}

/** Qt's log, by which its words are known, has none of a window that hides what is typed. */
const HIDDEN_IN_QT = {
  reason: 'its window for a password tells no screen reader what it shows; how the text gets there is the same',
  cases: ['shows as text, all odd messages at once, when it hides what is typed'],
}
const deviationsOf = { gtk: [], qt: [HIDDEN_IN_QT], not: [UNREADABLE] } as const

const drivers: readonly Driver[] = [
  { name: 'zenity', program: 'zenity', prompt: zenity, yes: ['', 'alt+y'], reads: 'gtk' },
  { name: 'kdialog', program: 'kdialog', prompt: kdialog, yes: TYPED, reads: 'qt' },
  { name: 'pinentry (GTK)', program: 'pinentry-gtk-2', prompt: named('pinentry-gtk-2'), yes: TYPED, reads: 'not' },
  { name: 'pinentry (Qt)', program: 'pinentry-qt', prompt: named('pinentry-qt'), yes: TYPED, reads: 'not' },
]

/** The prompt `pinentry` with its option set. */
function named(program: string): Prompt {
  return { ask: (request, context) => pinentry.ask(request, { ...context, options: { program } }) }
}

for (const { name, program, prompt, yes, reads } of drivers) {
  const reason = Desktop.missing(program)
  describe(`${name} on a desktop`, { skip: reason }, () => {
    let desktop: Desktop | undefined
    before(async () => {
      desktop = await Desktop.start()
    })
    after(() => desktop?.[Symbol.asyncDispose]())
    testPrompt({
      name,
      prompt,
      sitDown: async () => {
        if (desktop === undefined) throw new Error('there is no desktop')
        return desktop.desk({ reads, yes })
      },
      nobody: { programEnvironment: { PATH: '/nonexistent' } },
      deviations: deviationsOf[reads],
    })
  })
}
