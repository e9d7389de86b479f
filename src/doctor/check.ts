import type { Kind } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import type { ConfigFile } from '../aws-config/read-config.ts'
import type { Contributions } from '../contributions/contributions.ts'
import type { Settings } from '../settings/settings.ts'

/** How bad a finding is: only what is `broken` makes doctor fail. */
export type Level = 'ok' | 'warning' | 'broken'

/** One thing that a check has found. */
export interface Finding {
  readonly level: Level
  /** A sentence without a capital or a full stop that names the thing. Never a secret. */
  readonly message: string
  /** How to mend it: a command where there is one. */
  readonly hint?: string
}

/** A check. It knows the world only by {@link World}, changes nothing and asks nobody. */
export interface Check {
  /** One word. */
  readonly name: string
  /** What it throws is a finding of its own, `broken`. */
  run(world: World): readonly Finding[] | Promise<readonly Finding[]>
}

/** What is known of a file or directory, links followed. */
export interface FileFacts {
  readonly mode: number
  readonly uid: number
  readonly isDirectory: boolean
  /** Milliseconds since 1970. */
  readonly modified: number
}

/** How the keyring in force answers. Times are in milliseconds. */
export interface KeystoreFacts {
  readonly backend: Located<string>
  readonly openMs: number
  /** Absent, as `items`, where somebody would have to be asked first. */
  readonly listMs?: number
  readonly items?: number
  /** Absent where there is nothing to get, or where somebody would have to be asked first. */
  readonly getMs?: number
  readonly isLocked: boolean
}

/** What checks may see of the world. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeDirectory: string
  /** Where the user is. */
  readonly workingDirectory: string
  readonly directories: { readonly config: string; readonly data: string; readonly cache: string }
  /** The user's number; `undefined` where the system has none. */
  readonly userId: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  /** The text of a file; `undefined` for one that is not there, is no file, or is larger than a megabyte. */
  readText(path: string): string | undefined
  facts(path: string): FileFacts | undefined
  /** The names in a directory; none if there is none. */
  names(directory: string): readonly string[]
  /** Has a secret blacked out in all output. */
  hide(secret: string | undefined): void
  config(): ConfigFile
  settings(): Promise<{ readonly settings: Settings; readonly contributions: Contributions; readonly path: string }>
  /**
   * Makes the plan of a profile, as if keys were stored for `assumed` as well.
   * @throws VaultError when that cannot be done
   */
  plan(): Promise<(profile: string, assumed?: string) => void>
  keystore(): Promise<KeystoreFacts>
  /** Loads the part in force for a name. @throws VaultError when that cannot be done */
  load(kind: Kind, name: string): Promise<void>
  /** Takes a lock and lets go of it. @throws VaultError ERR_LOCK_UNAVAILABLE */
  lock(): Promise<void>
  /** By how many milliseconds AWS's clock is ahead of ours; `undefined` where the user is offline on purpose. */
  clockDifference(): Promise<number | undefined>
}

/** A path as the user would write it. */
export function shortPath({ homeDirectory }: Pick<World, 'homeDirectory'>, path: string): string {
  return homeDirectory !== '' && path.startsWith(`${homeDirectory}/`) ? `~${path.slice(homeDirectory.length)}` : path
}

export const ok = (message: string): Finding => ({ level: 'ok', message })
export const warning = (message: string, hint?: string): Finding => finding('warning', message, hint)
export const broken = (message: string, hint?: string): Finding => finding('broken', message, hint)

const finding = (level: Level, message: string, hint: string | undefined): Finding => ({
  level,
  message,
  ...(hint === undefined ? {} : { hint }),
})
