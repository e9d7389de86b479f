import { VaultError } from '@aws-vault/plugin-sdk'

/** How long an `mfa_process` may take, in ms. A person may have to touch a key. */
const PATIENCE = 60_000

/**
 * The code that the user's `mfa_process` prints. The command is the user's own line of shell, from their own config.
 * Its stderr is shown, its stdin is ours.
 * @param environment the whole environment it gets; no keyring's secret belongs there
 * @throws VaultError ERR_MFA_PROCESS when it fails, takes too long or prints nothing
 */
export async function runMfaProcess(command: string, profile: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { spawnSync } = await import('node:child_process')
  const { status, signal, stdout, error } = spawnSync(command, {
    shell: true,
    stdio: ['inherit', 'pipe', 'inherit'],
    timeout: PATIENCE,
    env: environment,
    encoding: 'utf8',
  })
  const failed = (what: string): VaultError =>
    new VaultError('ERR_MFA_PROCESS', `the mfa_process of profile "${profile}" ${what}`, {
      hint: 'run its command by itself to see what it says',
      facts: { profile },
    })
  if (error) throw failed((error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? 'took too long' : 'cannot be started')
  if (signal) throw failed(`was ended by ${signal}`)
  if (status !== 0) throw failed(`ended with ${status}`)
  const code = stdout.trim()
  if (code === '') throw failed('printed no code')
  return code
}
