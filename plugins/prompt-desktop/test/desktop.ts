import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PromptDesk } from '@aws-vault/plugin-sdk/testkit'
import { Display } from '../../../test/support/display.ts'
import { missing } from '../../../test/support/needs.ts'
import { end, SessionBus } from '../../../test/support/session-bus.ts'

const ACCESSIBILITY = '/usr/libexec/at-spi-bus-launcher'
const READER = join(import.meta.dirname, '../../../test/support/seen_text.py')

/** A desktop with a screen, somebody who types, and a screen reader, which knows every word that a window shows. */
export class Desktop implements AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly #bus: SessionBus
  readonly #display: Display
  readonly #accessibility: ChildProcess

  private constructor(bus: SessionBus, display: Display, accessibility: ChildProcess, env: Record<string, string>) {
    this.#bus = bus
    this.#display = display
    this.#accessibility = accessibility
    this.env = env
  }

  /** What a desktop needs that this machine has not; `false` if nothing. */
  static readonly missing = (...programs: readonly string[]): string | false =>
    SessionBus.missing() || Display.missing() || missing(ACCESSIBILITY, '/usr/bin/python3', 'gdbus', ...programs)

  static async start(): Promise<Desktop> {
    const bus = await SessionBus.start()
    const display = await Display.start()
    const env = {
      ...bus.env,
      ...display.env,
      QT_ACCESSIBILITY: '1',
      QT_LINUX_ACCESSIBILITY_ALWAYS_ON: '1',
      GTK_MODULES: 'gail:atk-bridge',
      NO_AT_BRIDGE: '0',
    }
    const accessibility = spawn(ACCESSIBILITY, ['--launch-immediately'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    // What it has started holds its end of the pipe, so that it has to be let go of.
    const [line] = await once(accessibility.stderr, 'data', { signal: AbortSignal.timeout(20_000) })
    accessibility.stderr.destroy()
    for (const name of ['IsEnabled', 'ScreenReaderEnabled']) {
      const call = ['--dest', 'org.a11y.Bus', '--object-path', '/org/a11y/bus']
      const method = ['--method', 'org.freedesktop.DBus.Properties.Set', 'org.a11y.Status', name, '<true>']
      const { status, stderr } = spawnSync('gdbus', ['call', '--session', ...call, ...method], {
        env,
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`no screen reader: ${line} ${stderr}`)
    }
    return new Desktop(bus, display, accessibility, env)
  }

  /** Every text that is seen, or `undefined` where the toolkit does not tell. */
  texts(): string {
    const { stdout } = spawnSync('/usr/bin/python3', ['-W', 'ignore', READER], { env: this.env, encoding: 'utf8' })
    return (JSON.parse(stdout) as string[]).join('\n')
  }

  /** The person before it. @param yes the keys that say yes, after these words */
  desk({ reads, yes }: { readonly reads: boolean; readonly yes: readonly [typed: string, key: string] }): PromptDesk {
    const display = this.#display
    return {
      context: { programEnvironment: this.env, options: {} },
      seesQuestion: async () => {
        await display.window()
        if (!reads) return undefined
        // A window tells the screen reader of itself some time after it has come.
        for (let looks = 0; looks < 20; looks++) {
          const texts = this.texts()
          if (texts !== '') return texts
        }
        throw new Error('the window tells no screen reader what it shows')
      },
      answers: async text => display.type(text, 'Return'),
      declines: async () => display.type('', 'Escape'),
      decides: async isYes => (isYes ? display.type(...yes) : display.type('', 'Escape')),
      seesNothing: () => display.empty(),
      [Symbol.asyncDispose]: () => display.empty(),
    }
  }

  /** A picture of the window in front, as a PNG file. */
  async picture(file: string): Promise<boolean> {
    const id = await this.#display.window()
    spawnSync('import', ['-window', id, '-strip', file], { env: { ...this.env, PATH: process.env.PATH ?? '' } })
    return existsSync(file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#accessibility)
    await this.#display[Symbol.asyncDispose]()
    await this.#bus[Symbol.asyncDispose]()
  }
}
