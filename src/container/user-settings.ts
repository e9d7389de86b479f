import type { Logger } from '@aws-vault/plugin-sdk'
import { Contributions } from '../contributions/contributions.ts'
import { Settings } from '../settings/settings.ts'
import { readSettingsFile } from '../settings/settings-file.ts'
import type { World } from './world.ts'

/** The user's settings and the parts there are, which decide together what a name means. */
export interface UserSettings {
  readonly settings: Settings
  readonly contributions: Contributions
}

/** Reads them, and warns of what is wrong with them. @throws VaultError when the settings file cannot be read */
export async function readUserSettings(world: World, logger: Logger): Promise<UserSettings> {
  const { directories, flags, environment, homeDirectory, installed } = world
  const file = await readSettingsFile(directories.config)
  const settings = new Settings({ flags, environment, file, homeDirectory })
  const contributions = new Contributions(installed, file.choices)
  for (const { message, hint } of contributions.problems) logger.warn(`${message} (${hint})`)
  for (const name of settings.unknownNames(contributions)) {
    logger.warn(`${file.path}: unknown setting "${name}"`)
  }
  return { settings, contributions }
}
