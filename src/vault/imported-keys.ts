import { VaultError } from '@aws-vault/plugin-sdk'

/** A long-lived IAM key pair. */
export interface KeyPair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * Checks the shape of a key pair, so that a swapped, cut or temporary one is refused before it is stored. Pure.
 * @param source where it was given, for the message
 * @throws VaultError ERR_KEYS_SHAPE or ERR_KEYS_TEMPORARY; never with the secret in it
 */
export function checkKeyPair({ accessKeyId, secretAccessKey }: KeyPair, source: string): KeyPair {
  const refuse = (message: string, hint?: string): VaultError =>
    new VaultError('ERR_KEYS_SHAPE', `${message} (${source})`, hint === undefined ? {} : { hint })
  if (accessKeyId === '') throw refuse('the access key ID is empty')
  if (secretAccessKey === '') throw refuse('the secret access key is empty')
  if (/^ASIA/.test(accessKeyId)) {
    throw new VaultError('ERR_KEYS_TEMPORARY', `${accessKeyId} is a temporary key (${source})`, {
      hint: 'store a long-lived key of an IAM user; it begins with AKIA',
    })
  }
  if (/^A[KS]IA[A-Z0-9]{12,}$/.test(secretAccessKey)) {
    throw refuse('the secret access key is an access key ID', 'the two may be swapped')
  }
  if (!/^[A-Z0-9]{16,128}$/.test(accessKeyId)) {
    throw refuse(
      'the access key ID is not of 16 or more capital letters and digits',
      'it looks like AKIA followed by 16 characters',
    )
  }
  if (!/^[\x21-\x7e]{16,}$/.test(secretAccessKey)) {
    throw refuse('the secret access key is too short, or has blanks in it', 'it has 40 characters')
  }
  return { accessKeyId, secretAccessKey }
}

/**
 * Reads a key pair from the text of a file as AWS hands it out: the JSON answer of `aws iam create-access-key`, any JSON
 * object with the two members, or the CSV file that the console offers for download. Pure.
 * @throws VaultError ERR_KEYS_FORMAT, without a word of the text
 */
export function parseKeyPair(text: string): KeyPair {
  const trimmed = text.replace(/^\ufeff/, '').trim()
  const pair = trimmed.startsWith('{') ? fromJson(trimmed) : fromCsv(trimmed)
  if (pair) return pair
  throw new VaultError('ERR_KEYS_FORMAT', 'standard input has no access key in it', {
    hint: 'give JSON with AccessKeyId and SecretAccessKey, or the CSV file that the AWS console offers',
  })
}

function fromJson(text: string): KeyPair | undefined {
  try {
    const { AccessKey, ...members } = JSON.parse(text)
    const { AccessKeyId, SecretAccessKey } = AccessKey ?? members
    if (typeof AccessKeyId !== 'string' || typeof SecretAccessKey !== 'string') return undefined
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
  } catch {
    return undefined
  }
}

function fromCsv(text: string): KeyPair | undefined {
  const [header = [], row = []] = text
    .split(/\r?\n/)
    .map(line => line.split(',').map(cell => cell.trim().replace(/^"(.*)"$/, '$1')))
  const cell = (title: RegExp): string | undefined => row[header.findIndex(name => title.test(name))]
  const accessKeyId = cell(/^access key id$/i)
  const secretAccessKey = cell(/^secret access key$/i)
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
}
