import { after, before, describe } from 'node:test'
import type { Prompt } from '@aws-vault/plugin-sdk'
import { testPrompt } from '@aws-vault/plugin-sdk/testkit'
import kdialog from '../src/kdialog.ts'
import pinentry from '../src/pinentry.ts'
import zenity from '../src/zenity.ts'
import { Desktop } from './desktop.ts'

interface Driver {
  readonly name: string
  readonly program: string
  readonly prompt: Prompt
  readonly yes: readonly [string, string]
  /** Whether the toolkit tells a screen reader what it shows. */
  readonly reads: boolean
}

const TYPED = ['yes', 'Return'] as const

const drivers: readonly Driver[] = [
  { name: 'zenity', program: 'zenity', prompt: zenity, yes: ['', 'alt+y'], reads: true },
  { name: 'kdialog', program: 'kdialog', prompt: kdialog, yes: TYPED, reads: true },
  { name: 'pinentry (GTK)', program: 'pinentry-gtk-2', prompt: named('pinentry-gtk-2'), yes: TYPED, reads: false },
  { name: 'pinentry (Qt)', program: 'pinentry-qt', prompt: named('pinentry-qt'), yes: TYPED, reads: false },
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
    })
  })
}
