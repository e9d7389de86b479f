import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A flag, as oclif's manifests have it. */
export interface FlagData {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly char?: string
  readonly summary?: string
  readonly description?: string
  readonly hidden?: boolean
  readonly multiple?: boolean
  readonly allowNo?: boolean
  readonly aliases?: readonly string[]
  readonly helpGroup?: string
  readonly helpValue?: string
  readonly options?: readonly string[]
}

/** A positional argument. */
export interface ArgumentData {
  readonly name: string
  readonly options?: readonly string[]
}

/** A command, as oclif's manifests have it. */
export interface CommandData {
  /** Its words, joined by `:`. */
  readonly id: string
  readonly aliases?: readonly string[]
  readonly hidden?: boolean
  readonly summary?: string
  readonly description?: string
  /** Whether it refuses arguments that it has no name for. */
  readonly strict?: boolean
  readonly args?: Readonly<Record<string, ArgumentData>>
  readonly flags?: Readonly<Record<string, FlagData>>
}

/** Commands by their ids. */
export type Commands = Readonly<Record<string, CommandData>>

/** The commands in the manifest of the package in `directory`; none when it has no manifest that can be read. */
export function readCommands(directory: string): Commands {
  try {
    return JSON.parse(readFileSync(join(directory, 'oclif.manifest.json'), 'utf8')).commands ?? {}
  } catch {
    return {}
  }
}

/** What a command does, in one line without templates. Pure. */
export function summaryOf({ summary, description }: CommandData): string {
  const [line = ''] = (summary ?? description ?? '').split('\n')
  return line.replace(/<%=.*?%>/g, 'aws-vault')
}
