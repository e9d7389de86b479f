import { type Prompt, PromptCancelledError, PromptUnavailableError, printable } from '@aws-vault/plugin-sdk'
import { findExecutable, runProgram } from '@aws-vault/plugin-sdk/program'

/** How long a person may take for an answer. */
const PATIENCE_SECONDS = 300

/** Contribution `prompts.{{name}}`. Nothing happens when this module is imported. */
const prompt: Prompt = {
  async ask({ message, secret, yesNo }, context) {
    const { signal, options } = context
    if (signal.aborted) throw new PromptCancelledError()
    const environment = await context.programEnvironment()
    const file = findExecutable(String(options.program ?? ''), environment)
    if (file === undefined) {
      throw new PromptUnavailableError('there is no program that asks', { hint: 'name one by --{{name}}-program' })
    }
    // The question goes to standard input, without control characters, and never to a shell. The answer is in no argument.
    const kind = yesNo ? 'yes-no' : secret ? 'secret' : 'text'
    const input = new TextEncoder().encode(`${printable(message)}\n`)
    const run = { file, args: [kind], input, environment, signal, timeoutSeconds: PATIENCE_SECONDS }
    const { code, stdout } = await runProgram(run).catch((cause: unknown) => {
      if (signal.aborted) throw new PromptCancelledError()
      throw new PromptUnavailableError(`${file} cannot be started`, { hint: 'look at --{{name}}-program', cause })
    })
    if (code !== 0) throw new PromptCancelledError()
    return stdout.toString('utf8').replace(/\r?\n$/, '')
  },
}

export default prompt
