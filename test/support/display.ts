import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { missing } from './needs.ts'
import { end } from './session-bus.ts'

/** Milliseconds after which a window is taken for never coming. */
const PATIENCE = 30_000

/** A screen without glass (Xvfb), and somebody who sits before it (xdotool). */
export class Display implements AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly #server: ChildProcess

  private constructor(server: ChildProcess, number: string) {
    this.#server = server
    this.env = { DISPLAY: `:${number}` }
  }

  /** What a display needs that this machine has not; `false` if nothing. */
  static readonly missing = (): string | false => missing('Xvfb', 'xdotool')

  static async start(): Promise<Display> {
    const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [number] = await once(server.stdout, 'data', { signal: AbortSignal.timeout(PATIENCE) })
    return new Display(server, String(number).trim())
  }

  /** Waits for a window that can be seen, and gives it the keyboard. Returns its id. */
  async window(): Promise<string> {
    const deadline = Date.now() + PATIENCE
    for (;;) {
      const id = this.windows()[0]
      if (id !== undefined && this.#do('windowfocus', '--sync', id)) return id
      if (Date.now() > deadline) throw new Error('no window has come')
      // There is no event to wait for that needs no further program.
      await sleep(50)
    }
  }

  /** The windows that a person would see, the newest first. */
  windows(): string[] {
    const ids = this.#ask('search', '--onlyvisible', '--name', '.*').split('\n').filter(Boolean)
    return ids.reverse().filter(id => {
      const { WIDTH = 0, HEIGHT = 0 } = Object.fromEntries(
        this.#ask('getwindowgeometry', '--shell', id)
          .split('\n')
          .map(line => line.split('=')),
      )
      // The screen itself, and the tiny windows by which toolkits talk to each other, are none.
      return Number(WIDTH) > 50 && Number(HEIGHT) > 50 && !(Number(WIDTH) === 1024 && Number(HEIGHT) === 768)
    })
  }

  /** Types text, then presses keys by their X names. */
  type(text: string, ...keys: readonly string[]): void {
    if (text !== '') this.#do('type', '--delay', '5', text)
    for (const key of keys) this.#do('key', key)
  }

  #do(...args: readonly string[]): boolean {
    return spawnSync('xdotool', args, { env: { ...process.env, ...this.env }, timeout: PATIENCE }).status === 0
  }

  #ask(...args: readonly string[]): string {
    return spawnSync('xdotool', args, { env: { ...process.env, ...this.env }, encoding: 'utf8', timeout: PATIENCE })
      .stdout
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#server)
  }
}
