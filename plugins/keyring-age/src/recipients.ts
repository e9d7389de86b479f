import { readFileSync } from 'node:fs'
import { recipientsProblem } from './failure.ts'

/**
 * The file with the recipients, once it is sure that it names some.
 * @throws VaultError `ERR_AGE_RECIPIENTS` when none is named, it cannot be read, or is empty
 */
export function checkRecipients(path: string | undefined): string {
  if (path === undefined) throw recipientsProblem('no recipients file is named that says whom items are encrypted to')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw recipientsProblem(
      `the recipients file ${path} ${code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`}`,
    )
  }
  if (!text.split('\n').some(line => line.trim() !== '' && !line.startsWith('#'))) {
    throw recipientsProblem(`the recipients file ${path} is empty: items would be encrypted to nobody`)
  }
  return path
}
