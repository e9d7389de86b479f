import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { missing } from './needs.ts'
import { end } from './session-bus.ts'

/** Milliseconds after which a window is taken for never coming. */
const PATIENCE = 30_000

/** How often a window has to be found as it was, a twentieth of a second apart, to be taken for ready. */
const RESTFUL_LOOKS = 20

/** Letters are typed by their names in the locale. */
const LOCALE = { LC_ALL: 'C.UTF-8' }

/** A screen without glass (Xvfb), and somebody who sits before it (xdotool). */
export class Display implements AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly #server: ChildProcess
  #last = ''

  private constructor(server: ChildProcess, number: string) {
    this.#server = server
    this.env = { DISPLAY: `:${number}` }
  }

  /** What a display needs that this machine has not; `false` if nothing. */
  static readonly missing = (): string | false => missing('Xvfb', 'xdotool')

  static async start(): Promise<Display> {
    // Else it begins anew whenever the last client leaves, xdotool say, and lets nobody in meanwhile.
    const options = ['-noreset', '-nolisten', 'tcp']
    const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1024x768x24', ...options], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [number] = await once(server.stdout, 'data', { signal: AbortSignal.timeout(PATIENCE) })
    return new Display(server, String(number).trim())
  }

  /**
   * Waits for a window that can be seen and has come to rest, and gives it the keyboard. Returns its id.
   * @param isNews whether one that looks as the last one did is not the one
   */
  async window(isNews = false): Promise<string> {
    const deadline = Date.now() + PATIENCE
    for (let seen = '', looks = 0; ; looks++) {
      const id = this.windows()[0]
      const now = id === undefined ? '' : this.#ask('getwindowgeometry', '--shell', id)
      if (now !== seen || (isNews && now === this.#last)) looks = 0
      seen = now
      // A toolkit draws, measures and moves the focus for a while after its window has come.
      if (id !== undefined && looks >= RESTFUL_LOOKS && this.#do('windowfocus', id)) {
        this.#last = now
        return id
      }
      if (Date.now() > deadline) throw new Error('no window has come')
      // There is no event to wait for that needs no further program.
      await sleep(50)
    }
  }

  /** Waits until no window can be seen. */
  async empty(): Promise<void> {
    const deadline = Date.now() + PATIENCE
    while (this.windows().length > 0) {
      if (Date.now() > deadline) throw new Error('a window stays')
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
    // For a letter that no key has, xdotool gives it to some key; programs learn of that in their own time.
    const delay = /^[ -~]*$/.test(text) ? '5' : '400'
    if (text !== '') this.#do('type', '--delay', delay, text)
    for (const key of keys) this.#do('key', key)
  }

  /** Clicks into a window, so many parts of its width from the left and of its height from the top. */
  click(id: string, x: number, y: number): void {
    const geometry = this.#ask('getwindowgeometry', '--shell', id)
    const size = (name: string): number => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(geometry)?.[1])
    const place = [Math.round(size('WIDTH') * x), Math.round(size('HEIGHT') * y)].map(String)
    this.#do('mousemove', '--window', id, ...place, 'click', '1')
  }

  #do(...args: readonly string[]): boolean {
    return spawnSync('xdotool', args, { env: { ...process.env, ...LOCALE, ...this.env }, timeout: 5000 }).status === 0
  }

  #ask(...args: readonly string[]): string {
    return spawnSync('xdotool', args, {
      env: { ...process.env, ...LOCALE, ...this.env },
      encoding: 'utf8',
      timeout: 5000,
    }).stdout
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#server)
  }
}
