import { readFileSync } from 'node:fs'
import { findExecutable, type ProgramEnvironment } from '@aws-vault/plugin-sdk/program'
import { identityProblem, pluginMissing } from './failure.ts'

/**
 * What an identity file asks of a person: `plain` nothing; `protected` the passphrase of the file; `asking` whatever the
 * owner of the key asks: the passphrase of an SSH key, a PIN or a touch by a plugin.
 */
export type IdentityKind = 'plain' | 'protected' | 'asking'

/**
 * Of which kind an identity file is.
 * @throws VaultError `ERR_AGE_IDENTITY` when it cannot be read, or holds no identity
 */
export function identityKind(path: string | undefined): IdentityKind {
  return kindOf(path, read(path))
}

/** The same, and whether the programs are there that its identities need. @throws VaultError `ERR_AGE_PLUGIN` */
export function checkIdentity(path: string | undefined, environment: ProgramEnvironment): IdentityKind {
  const text = read(path)
  const kind = kindOf(path, text)
  const missing = pluginsIn(text).find(name => findExecutable(name, environment) === undefined)
  if (missing !== undefined) throw pluginMissing(missing)
  return kind
}

/** The programs that the identities of a file need: `AGE-PLUGIN-YUBIKEY-1...` is one of `age-plugin-yubikey`. */
function pluginsIn(text: string): string[] {
  return [...text.matchAll(/^AGE-PLUGIN-([A-Z0-9+._-]+)-1[A-Z0-9]*\s*$/gm)].map(
    ([, name = '']) => `age-plugin-${name.toLowerCase()}`,
  )
}

function kindOf(path: string | undefined, text: string): IdentityKind {
  if (/^(?:age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text)) return 'protected'
  if (/^-----BEGIN /.test(text)) return 'asking'
  const lines = text.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw identityProblem(`the identity file ${path} holds no identity`)
  return lines.some(line => line.startsWith('AGE-PLUGIN-')) ? 'asking' : 'plain'
}

function read(path: string | undefined): string {
  if (path === undefined) throw identityProblem('no identity is named that items are decrypted with')
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw identityProblem(
      `the identity file ${path} ${code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`}`,
    )
  }
}
