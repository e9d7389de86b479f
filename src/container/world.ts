import { homedir } from 'node:os'
import type { InstalledParts } from '../contributions/installed-parts.ts'
import type { Redactor } from '../output/redactor.ts'

/** What the container is made from: the world outside, in one place. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** oclif's directories for this user. */
  readonly directories: { readonly config: string; readonly data: string; readonly cache: string }
  readonly installed: InstalledParts
  /** The flags of the command, by their names. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly redactor: Redactor
  readonly debug: boolean
}

/** The user's home directory; `HOME` counts where it is set, also where it differs from the password database. */
export const homeDirectory = (): string => process.env.HOME || homedir()
