import type { Desk } from '@aws-vault/plugin-sdk'
import { once } from './once.ts'
import type { Silence } from './silence.ts'
import type { UserSettings } from './user-settings.ts'
import type { World } from './world.ts'

/** Whoever sits in front of us, as parts see them: somebody who can be shown a line, or a page in a browser. Nobody, while silence is kept. */
export function deskOf(world: World, userSettings: () => Promise<UserSettings>, silence: Silence): Desk {
  const { environment, platform, redactor } = world
  const person = once(async () => {
    const { personAtTerminal } = await import('../output/person.ts')
    return personAtTerminal(redactor, platform)
  })
  return {
    isWatched: async () => !silence.isKept && (await person()).isThere(),
    show: async line => (await person()).show(line),
    canBrowse: async () => {
      if (silence.isKept) return false
      const [{ settings }, { canOpenBrowser }] = await Promise.all([userSettings(), import('../exec/open-browser.ts')])
      return canOpenBrowser(environment, platform, settings.core('browser')?.value)
    },
    browse: async url => {
      const [all, { openBrowser }] = await Promise.all([userSettings(), import('../exec/open-browser.ts')])
      const secretVariables = all.contributions.secretVariables()
      await openBrowser(url, { browser: all.settings.core('browser')?.value, secretVariables })
    },
  }
}
