import { closeSync, openSync, readSync } from 'node:fs'
import { VaultError } from '@aws-vault/plugin-sdk'
import { policyDocument } from './policy-document.ts'

/** Bytes of a file that may be a policy: blanks count for nothing, and AWS takes 2048 characters. */
const MOST_BYTES = 1024 * 1024

/**
 * The session policy in a file, as AWS takes it.
 * @throws VaultError ERR_POLICY_READ when the file cannot be read, ERR_POLICY_CONTENT when there is no policy in it
 */
export function readPolicyFile(path: string): string {
  let text: string
  try {
    text = readBeginning(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new VaultError(
      'ERR_POLICY_READ',
      `the policy file cannot be read: ${code === 'EISDIR' ? `${path} is a directory` : message}`,
      {
        hint: 'name a file with --policy or vault_policy',
        facts: { file: path },
        cause: error,
      },
    )
  }
  return policyDocument(text, path)
}

/** A file, or a pipe, to its end; of what has no end, such as a device, as much as shows that it is no policy. */
function readBeginning(path: string): string {
  const bytes = Buffer.alloc(MOST_BYTES)
  const file = openSync(path, 'r')
  try {
    let length = 0
    for (let read = -1; read !== 0 && length < MOST_BYTES; length += read) {
      read = readSync(file, bytes, length, MOST_BYTES - length, null)
    }
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}
