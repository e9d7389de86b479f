import { resolve } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import { profileNames } from './profile.ts'
import { parseConfig } from './read-config.ts'
import { followLinks, readIfThere, replaceFile } from './replace-file.ts'
import { writableProfileName } from './unknown-profile.ts'

/** What {@link appendProfile} needs of the world. */
export interface AppendOptions {
  /** Runs a task while no other process of this user runs one under the same name, as `PartContext.withLock`. */
  readonly withLock: <T>(name: string, task: () => Promise<T>) => Promise<T>
  /** Keys of the new section, in this order. */
  readonly keys?: Readonly<Record<string, string>>
}

/**
 * Writes a section for the profile at the end of the config file, `[profile NAME]` or `[default]`, unless the file has
 * one. Every byte that was there stays; the new lines end as the file's last line does. The file is replaced at once
 * (written beside it, fsynced, renamed), keeps its mode and owner, and is followed when it is a symbolic link; a new one
 * is 0600, in directories of 0700.
 * @returns whether it was written; `false`: the file has a section for the profile already
 * @throws VaultError `ERR_CONFIG_NAME` when a header cannot hold the name
 * @throws VaultError `ERR_CONFIG_VALUE` when one of `keys` would not be read back as it is
 * @throws VaultError `ERR_CONFIG_WRITE` when the file cannot be written; it is as it was
 */
export async function appendProfile(file: string, name: string, options: AppendOptions): Promise<boolean> {
  const lines = sectionLines(file, name, options.keys ?? {})
  return options.withLock('aws-config', async () => {
    try {
      const target = followLinks(resolve(file))
      const old = readIfThere(target)
      const text = old?.bytes.toString('utf8') ?? ''
      if (profileNames(parseConfig(text, file)).includes(name)) return false
      replaceFile(
        target,
        Buffer.concat([old?.bytes ?? Buffer.alloc(0), Buffer.from(addition(text, lines))]),
        old?.stats,
      )
      return true
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      throw new VaultError('ERR_CONFIG_WRITE', `the AWS config file ${file} cannot be written (${code})`, {
        cause: error,
        facts: { file, profile: name },
        hint: `add this line to it yourself: ${lines[0]}`,
      })
    }
  })
}

/**
 * Checks that a profile of that name can stand in the config file, for those who have something to do before they add it.
 * @throws VaultError `ERR_CONFIG_NAME` when a header cannot hold the name
 */
export function checkProfileName(file: string, name: string): void {
  if (writableProfileName(name)) return
  throw new VaultError('ERR_CONFIG_NAME', `${file} cannot hold a profile of the name ${JSON.stringify(name)}`, {
    facts: { file, profile: name },
    hint: 'give the profile another name, or store the credentials without a profile: aws-vault add --no-add-config',
  })
}

function sectionLines(file: string, name: string, keys: Readonly<Record<string, string>>): string[] {
  checkProfileName(file, name)
  const header = name === 'default' ? '[default]' : `[profile ${name}]`
  const lines = [header, ...Object.entries(keys).map(([key, value]) => `${key} = ${value}`)]
  const read = [...parseConfig(lines.join('\n'), file).sections.values()]
  for (const [key, value] of Object.entries(keys)) {
    if (value.includes('\r') || read.length !== 1 || read[0]?.values.get(key)?.value !== value) {
      throw new VaultError('ERR_CONFIG_VALUE', `the value of ${JSON.stringify(key)} cannot be written to ${file}`, {
        facts: { file, profile: name, key },
        hint: 'a value is one line, is not empty, and has no " #" or " ;" in it',
      })
    }
  }
  return lines
}

/** What goes behind `text`: the end of its last line and an empty line where they are missing, then `lines`. */
function addition(text: string, lines: readonly string[]): string {
  const lastBreak = text.lastIndexOf('\n')
  const newline = lastBreak > 0 && text[lastBreak - 1] === '\r' ? '\r\n' : '\n'
  const isEmpty = text === '' || text === '\uFEFF'
  const gap =
    isEmpty || /(?:^\uFEFF?|\n)[^\S\n]*\n$/.test(text) ? '' : text.endsWith('\n') ? newline : newline + newline
  return gap + lines.map(line => line + newline).join('')
}
