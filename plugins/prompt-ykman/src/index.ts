import { type Prompt, PromptCancelledError, PromptUnavailableError, printable, VaultError } from '@aws-vault/plugin-sdk'

/** Seconds for the person to touch the key. */
const PATIENCE = 60

/**
 * Contribution `prompts.ykman`: the code of an MFA device that is a YubiKey's OATH credential. Its name is the device's
 * ARN, as `ykman oath accounts add` was told, or what the options say.
 */
const prompt: Prompt = {
  onlyMfaCodes: true,
  async ask({ message, mfaSerial }, context) {
    if (context.signal.aborted) throw new PromptCancelledError()
    if (mfaSerial === undefined) throw new PromptUnavailableError('ykman gives MFA codes only')
    const { findExecutable, runProgram } = await import('@aws-vault/plugin-sdk/program')
    const { credential = mfaSerial, device } = context.options
    const environment = await context.programEnvironment()
    const file = context.platform === 'win32' ? 'ykman.exe' : findExecutable('ykman', environment)
    if (file === undefined) {
      throw new PromptUnavailableError('ykman is not installed', {
        hint: 'install yubikey-manager, or choose another prompt',
      })
    }
    const isTold = device === undefined || device === ''
    const name = String(credential === '' ? mfaSerial : credential)
    const args = [...(isTold ? [] : ['--device', String(device)]), 'oath', 'accounts', 'code', '--single', '--', name]
    await context.desk.show(`${printable(message)}: touch the YubiKey if it blinks`)
    const end = await context
      .withLock('ykman', () =>
        runProgram({ file, args, environment, signal: context.signal, timeoutSeconds: PATIENCE }),
      )
      .catch((error: Error) => {
        if (context.signal.aborted) throw new PromptCancelledError()
        throw new PromptUnavailableError(`ykman cannot be started: ${error.message}`, { cause: error })
      })
    if (end.timedOut) throw new PromptCancelledError(`the YubiKey was not touched for ${PATIENCE} seconds`)
    const code = end.stdout.toString('utf8').trim()
    if (end.code === 0 && code !== '') return code
    const words = printable(end.stderr.trim().split('\n').at(-1) ?? '').slice(0, 200)
    throw new VaultError(
      'ERR_PROMPT_YKMAN',
      `ykman gave no code of ${printable(name)}${words === '' ? '' : `: ${words}`}`,
      {
        hint: 'ykman oath accounts list has the names; --ykman-credential (YKMAN_OATH_CREDENTIAL_NAME) says which one it is',
        facts: { credential: name },
      },
    )
  },
}

export default prompt
