import { readFileSync } from 'node:fs'
import { VaultError } from '@aws-vault/plugin-sdk'
import { policyDocument } from './policy-document.ts'

/**
 * The session policy in a file, as AWS takes it.
 * @throws VaultError ERR_POLICY_READ when the file cannot be read, ERR_POLICY_CONTENT when there is no policy in it
 */
export function readPolicyFile(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new VaultError('ERR_POLICY_READ', `the policy file cannot be read: ${(error as Error).message}`, {
      hint: 'name a file with --policy or vault_policy',
      facts: { file: path },
      cause: error,
    })
  }
  return policyDocument(text, path)
}
