import { getSystemErrorMessage } from 'node:util'
import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { commandOutput } from '@aws-vault/plugin-sdk/command'
import type { TokenOrigin } from './parameters.ts'

/** How long a token may be for AWS, in characters. */
const longest = 20_000

/**
 * The token, without the space around it: what writes it usually ends it with a line end, which is none of it.
 * @throws VaultError ERR_WEB_IDENTITY_TOKEN when there is none, ERR_COMMAND_FAILED when its process fails; neither
 *   repeats what was read
 */
export async function getToken(origin: TokenOrigin, profile: string, context: PartContext): Promise<string> {
  const text =
    'file' in origin
      ? await readTokenFile(origin.file, profile, context)
      : await commandOutput({ line: origin.command, setting: 'web_identity_token_process', profile }, context)
  const token = text.trim()
  const fault = faultOf(token)
  if (fault === undefined) return token
  const from = 'file' in origin ? `the web identity token file ${origin.file}` : 'the web_identity_token_process'
  throw new VaultError('ERR_WEB_IDENTITY_TOKEN', `${from} of profile "${profile}" gives no token: ${fault}`, {
    hint: 'it has to hold one token of your identity provider (a JWT), and nothing else',
    facts: { profile, ...('file' in origin && { file: origin.file }) },
  })
}

function faultOf(token: string): string | undefined {
  if (token === '') return 'it is empty'
  if (/[^\x21-\x7e]/.test(token)) return 'there is more than one word in it'
  return token.length > longest ? 'it is too long' : undefined
}

/** As to the AWS SDKs, a path that is not absolute begins where we were started. A leading `~/` is the home directory. */
async function readTokenFile(file: string, profile: string, { signal, homeDirectory }: PartContext): Promise<string> {
  const { createReadStream } = await import('node:fs')
  const path = /^~[/\\]/.test(file) ? `${homeDirectory}${file.slice(1)}` : file
  try {
    let text = ''
    // Whatever it is (a pipe or a device, too), no more is read than a token can have.
    for await (const chunk of createReadStream(path, { encoding: 'utf8', end: 2 * longest, signal })) text += chunk
    return text
  } catch (error) {
    signal.throwIfAborted()
    const { errno, code } = error as NodeJS.ErrnoException
    const why = errno === undefined ? code : getSystemErrorMessage(errno)
    const message = `the web identity token file ${file} of profile "${profile}" cannot be read: ${why}`
    throw new VaultError('ERR_WEB_IDENTITY_TOKEN', message, {
      hint: 'check web_identity_token_file, and whether what writes that file has run',
      facts: { profile, file, code },
    })
  }
}
