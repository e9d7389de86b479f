import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KINDS, type Kind, VaultError } from '@aws-vault/plugin-sdk'
import type { Choices } from '../contributions/choose-part.ts'

/** The user's settings file as read. */
export interface SettingsFile {
  readonly path: string
  /** Its top-level lines: settings by the names of their flags. */
  readonly values: Readonly<Record<string, string>>
  /** Its `[use.keyrings]`, `[use.providers]`, ... sections: which package's part the user chose for a name. */
  readonly choices: Choices
}

/** Where the settings file lies, within oclif's configuration directory. */
export const settingsPath = (configDirectory: string): string => join(configDirectory, 'settings.ini')

/**
 * Reads the settings file; one that is not there is empty.
 * @throws VaultError ERR_SETTINGS_FILE when it is there and cannot be read
 */
export async function readSettingsFile(configDirectory: string): Promise<SettingsFile> {
  const path = settingsPath(configDirectory)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? ''))
      return { path, values: {}, choices: {} }
    throw new VaultError('ERR_SETTINGS_FILE', `cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
  const { parse } = await import('ini')
  const { use, ...top } = parse(text)
  const values = Object.fromEntries(
    Object.entries(top).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, String(value)]])),
  )
  return { path, values, choices: readChoices(use) }
}

function readChoices(use: unknown): Choices {
  if (typeof use !== 'object' || use === null) return {}
  const sections = Object.entries(use).filter(([kind]) => (KINDS as readonly string[]).includes(kind))
  return Object.fromEntries(sections.map(([kind, names]) => [kind, { ...names }]))
}

/**
 * The text of a settings file with a choice put in or, with `undefined`, taken out; all other lines stay as they are.
 * Pure.
 */
export function withChoice(text: string, kind: Kind, name: string, packageName: string | undefined): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
  const entry = packageName === undefined ? [] : [`${name} = ${packageName}`]
  const isHeader = (line: string): boolean => /^\s*\[/.test(line)
  const start = lines.findIndex(line => line.trim() === `[use.${kind}]`)
  if (start === -1) {
    if (entry.length > 0) lines.push(...(lines.length > 0 ? [''] : []), `[use.${kind}]`, ...entry)
  } else {
    const next = lines.findIndex((line, index) => index > start && isHeader(line))
    const end = next === -1 ? lines.length : next
    const at = lines.findIndex((line, index) => index > start && index < end && line.split('=')[0]?.trim() === name)
    if (at === -1) lines.splice(start + 1, 0, ...entry)
    else lines.splice(at, 1, ...entry)
  }
  return lines.length === 0 ? '' : lines.join(newline) + newline
}
