import { VaultError } from '@aws-vault/plugin-sdk'
import type { Repeated } from './repeated-flags.ts'

/** Where `exec` leaves for `refresh` what it was asked for: what is restricted must not be renewed unrestricted. */
export const REFRESH_VARIABLE = 'AWS_VAULT_REFRESH'

/** The variable to set, if there is anything to say. */
export const refreshNote = ({ args, env }: Repeated): Record<string, string> =>
  args.length === 0 && Object.keys(env).length === 0 ? {} : { [REFRESH_VARIABLE]: JSON.stringify({ args, env }) }

/**
 * The note of the `exec` around us; without one, there were no flags.
 * @throws VaultError ERR_REFRESH_NOTE when it cannot be read: going on without it could give more than was asked for
 */
export function readRefreshNote(text: string | undefined): Repeated {
  if (!text) return { args: [], env: {} }
  try {
    const { args, env } = JSON.parse(text) as Repeated
    const isText = (value: unknown): boolean => typeof value === 'string'
    if (args.every(isText) && Object.values(env).every(isText)) return { args, env }
  } catch {}
  throw new VaultError('ERR_REFRESH_NOTE', `${REFRESH_VARIABLE} is not as aws-vault exec has set it`, {
    hint: 'leave this shell and start another one by aws-vault exec',
  })
}
