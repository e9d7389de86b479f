import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PromptDesk } from '@aws-vault/plugin-sdk/testkit'
import { Display } from '../../../test/support/display.ts'
import { missing } from '../../../test/support/needs.ts'
import { end, SessionBus } from '../../../test/support/session-bus.ts'

const ACCESSIBILITY = '/usr/libexec/at-spi-bus-launcher'
const READER = join(import.meta.dirname, '../../../test/support/seen_text.py')

/** How a program is answered, and how what it shows is known. */
interface Habits {
  readonly reads: 'gtk' | 'qt' | 'not'
  /** What says yes: text, and a key. */
  readonly yes: readonly [typed: string, key: string]
}

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
      LC_ALL: 'C.UTF-8',
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

  /** The person before it. */
  desk({ yes, ...driver }: Habits): PromptDesk {
    const display = this.#display
    return {
      context: { programEnvironment: { ...this.env, ...(driver.reads === 'qt' ? this.#qtEnvironment() : {}) } },
      seesQuestion: async () => {
        await display.window()
        return driver.reads === 'qt' ? this.#textsOfQt() : driver.reads === 'gtk' ? this.#texts() : undefined
      },
      answers: async text => display.type(text, 'Return'),
      declines: async () => display.type('', 'Escape'),
      decides: async isYes => (isYes ? display.type(...yes) : display.type('', 'Escape')),
      seesNothing: () => display.empty(),
      [Symbol.asyncDispose]: () => display.empty(),
    }
  }

  /** Every text that is seen, as a screen reader is told. */
  #texts(): string {
    const { stdout } = spawnSync('/usr/bin/python3', ['-W', 'ignore', READER], { env: this.env, encoding: 'utf8' })
    return (JSON.parse(stdout) as string[]).join('\n')
  }

  /** Qt does not always find the screen reader in time. What it would tell it stands in its log, which is kept in a file. */
  #qtEnvironment(): Record<string, string> {
    const directory = join(this.#bus.home, 'logging')
    mkdirSync(directory, { recursive: true })
    const kdialog = join(directory, 'kdialog')
    // With a screen reader, Qt 5 now and then crashes before it shows anything; no person would take that for an answer.
    const start = `/usr/bin/kdialog "$@" 2>'${this.#qtLog}'`
    writeFileSync(
      kdialog,
      `#!/bin/sh\n${start}\ncode=$?\n[ $code = 139 ] || [ $code = 134 ] || exit $code\nexec ${start}\n`,
    )
    chmodSync(kdialog, 0o755)
    return { PATH: `${directory}:${this.env.PATH}`, QT_LOGGING_RULES: 'qt.accessibility.cache=true' }
  }

  get #qtLog(): string {
    return join(this.#bus.home, 'qt.log')
  }

  #textsOfQt(): string {
    const names = readFileSync(this.#qtLog, 'utf8').matchAll(/name=("(?:[^"\\]|\\.)*") role=StaticText/g)
    // Qt writes texts as JSON does, but for the escape of letters beyond the first 65,536.
    const asJson = (text: string): string =>
      text.replace(/\\U([0-9A-Fa-f]{8})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    // The log is from before the label gets its entry, when of `&x` an underlined x is made, and of `&&` an ampersand.
    return [...names].map(([, text = '""']) => JSON.parse(asJson(text)).replaceAll('&&', '&')).join('\n')
  }

  /** A picture of the window in front, as a PNG file. */
  async picture(file: string): Promise<boolean> {
    const id = await this.#display.window()
    spawnSync('import', ['-window', id, '-strip', file], { env: { ...this.env, PATH: process.env.PATH ?? '' } })
    return existsSync(file)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Told to end, it ends the bus that it has started; killed, it could not.
    await end(this.#accessibility, 'SIGTERM')
    await this.#display[Symbol.asyncDispose]()
    await this.#bus[Symbol.asyncDispose]()
  }
}
