import { type IPty, spawn } from '@lydell/node-pty'
import { RUN, type RunOptions, type Sandbox } from './sandbox.ts'

/** How a program in a terminal ended, and all that was on the screen, escape sequences included. */
export interface Closed {
  readonly code: number
  readonly signal: number
  readonly screen: string
}

/** Milliseconds after which a terminal is taken away from a program that waits for something else than a test does. */
const patience = 25_000

/**
 * A terminal with the program in it, as when a person types its name. What is on the screen is looked through for
 * secrets, but for those that a program under `exec` prints.
 */
export class Terminal implements Disposable {
  readonly ended: Promise<Closed>
  readonly #pty: IPty
  readonly #watchers = new Set<() => void>()
  #screen = ''
  /** Where on the screen that part begins in which nothing was looked for yet. */
  #seen = 0

  /** @param program a program to start instead of ours, to which `args` then belong */
  constructor(
    sandbox: Sandbox,
    args: readonly string[],
    { program, ...options }: Omit<RunOptions, 'input'> & { readonly program?: string } = {},
  ) {
    this.#pty = spawn(program ?? process.execPath, program === undefined ? [RUN, ...args] : [...args], {
      cwd: options.cwd ?? sandbox.home,
      env: sandbox.environment(options.env),
      cols: 200,
      rows: 50,
    })
    this.#pty.onData(text => {
      this.#screen += text
      for (const look of [...this.#watchers]) look()
    })
    const ended = new Promise<Closed>(resolve => {
      this.#pty.onExit(({ exitCode, signal = 0 }) => resolve({ code: exitCode, signal, screen: this.#screen }))
    })
    const deadline = setTimeout(() => this.#pty.kill(), patience)
    this.ended = ended.then(closed => {
      clearTimeout(deadline)
      const { code, screen: stderr } = closed
      if (args[0] !== 'exec') sandbox.assertNoSecret(args, { code, signal: null, stdout: '', stderr })
      return closed
    })
    this.ended.catch(() => {})
  }

  /** Resolves to what matched when that stands on the screen, behind what was seen before. Rejects when the program ends without it. */
  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>(resolve => {
      const look = (): void => {
        const match = pattern.exec(this.#screen.slice(this.#seen))
        if (match === null) return
        this.#seen += match.index + match[0].length
        this.#watchers.delete(look)
        resolve(match)
      }
      this.#watchers.add(look)
      look()
    })
    const early = this.ended.then(({ screen }) => {
      throw new Error(`ended without ${pattern}: ${screen}`)
    })
    return Promise.race([found, early])
  }

  /** Types, as soon as that stands on the screen. */
  async answer(question: RegExp, text: string): Promise<void> {
    await this.sees(question)
    this.#pty.write(text)
  }

  /** Takes the terminal away from whoever is still there. */
  [Symbol.dispose](): void {
    this.#pty.kill()
  }
}
