import { isVaultError, type PartContext, VaultError } from '@aws-vault/plugin-sdk'

/**
 * The code that the user's `mfa_process` prints. The command is the user's own line of shell, from their own config.
 * Its stderr is shown, its stdin is ours.
 * @param environment the whole environment it gets; no keyring's secret belongs there
 * @throws VaultError ERR_MFA_PROCESS when it fails, takes too long or prints nothing
 * @throws the reason of `context.signal` when that is aborted
 */
export async function runMfaProcess(
  line: string,
  profile: string,
  environment: NodeJS.ProcessEnv,
  context: Pick<PartContext, 'signal'>,
): Promise<string> {
  const { commandOutput } = await import('@aws-vault/plugin-sdk/command')
  let code: string
  try {
    code = (await commandOutput({ line, setting: 'mfa_process', profile, environment }, context)).trim()
  } catch (error) {
    if (!isVaultError(error, 'ERR_COMMAND_FAILED')) throw error
    throw failed(error.message, profile, error)
  }
  if (code === '') throw failed(`the mfa_process of profile "${profile}" printed no code`, profile)
  return code
}

const failed = (message: string, profile: string, cause?: Error): VaultError =>
  new VaultError('ERR_MFA_PROCESS', message, {
    hint: 'run its command by itself to see what it says',
    facts: { profile },
    ...(cause && { cause }),
  })
