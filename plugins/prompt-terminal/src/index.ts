import type { Prompt } from '@aws-vault/plugin-sdk'

/** Contribution `prompts.terminal`: asks on the terminal that we were started from. */
const prompt: Prompt = {
  async ask(request, context) {
    const [{ openTerminal }, { askOn }] = await Promise.all([import('./terminal.ts'), import('./ask-on.ts')])
    const terminal = openTerminal(context.platform)
    try {
      return await context.withLock(`terminal:${terminal.id}`, () => askOn(terminal, request, context.signal))
    } finally {
      terminal.close()
    }
  },
}

export default prompt
