import type { Binding, BindingMethod } from './binding.ts'

/** What the helper is told, one JSON object a line. The first line is the path of keytar as a JSON string. */
export interface HelperRequest {
  readonly id: number
  readonly method: BindingMethod
  readonly arguments: readonly string[]
}

/** What it answers, one JSON object a line. Id 0: keytar was loaded, or could not be. */
export interface HelperAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/**
 * The program of the helper. It is handed to Node as text (`serve.toString()`), because a bundle has no other file to
 * start: so it may use nothing that is defined outside of it.
 */
export function serve(): void {
  const fs = process.getBuiltinModule('node:fs')
  const answer = (message: object): void => {
    try {
      fs.writeSync(1, `${JSON.stringify(message)}\n`)
    } catch {
      process.kill(process.pid, 'SIGKILL')
    }
  }
  let keytar: Binding | undefined
  const take = async (line: string): Promise<void> => {
    const message = JSON.parse(line)
    if (keytar === undefined) {
      try {
        keytar = process.getBuiltinModule('node:module').createRequire(message)(message) as Binding
        answer({ id: 0 })
      } catch (error) {
        answer({ id: 0, error: error instanceof Error ? error.message : String(error) })
      }
      return
    }
    const { id, method, arguments: words } = message as HelperRequest
    try {
      const result = await (keytar[method] as (...words: readonly string[]) => Promise<unknown>)(...words)
      answer({ id, result })
    } catch (error) {
      answer({ id, error: error instanceof Error ? error.message : String(error) })
    }
  }
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) void take(line)
  })
  // At once: a plain exit would wait for calls that wait for the daemon.
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'))
}
