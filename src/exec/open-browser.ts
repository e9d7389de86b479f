import { once } from 'node:events'
import { VaultError } from '@aws-vault/plugin-sdk'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether a browser can be expected to open on the screen in front of the person: one was named, or this is a desktop
 * and nobody came here by SSH. Pure.
 */
export function canOpenBrowser(environment: Environment, platform: NodeJS.Platform, browser?: string): boolean {
  if (browser !== undefined) return true
  const { SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = environment
  if (SSH_CONNECTION || SSH_TTY) return false
  return platform === 'darwin' || platform === 'win32' || Boolean(DISPLAY || WAYLAND_DISPLAY || WSL_DISTRO_NAME)
}

export interface BrowserOptions {
  /** The program (on macOS, the app) to open it with; the system's usual browser if absent. */
  readonly browser?: string | undefined
  /** Whether in a private window. */
  readonly isPrivate?: boolean
  /** Environment variables that no other program may see. */
  readonly secretVariables: readonly string[]
}

/**
 * Opens an address in the user's browser. Settles when the program that does so has ended, which a browser may do when
 * the person closes it; nothing waits for that program when we end.
 * @throws VaultError ERR_BROWSER_FAILED when it cannot be started, or ends with a failure
 */
export async function openBrowser(url: string, options: BrowserOptions): Promise<void> {
  const { browser, isPrivate = false, secretVariables } = options
  const failed = (why: string, cause?: unknown): VaultError =>
    new VaultError('ERR_BROWSER_FAILED', `${browser ?? 'the browser'} cannot be opened: ${why}`, {
      hint: 'name another one in AWS_VAULT_BROWSER; login can print its link, too: --stdout',
      cause,
    })
  const { default: open } = await import('open')
  const app = isPrivate ? privateApp(browser) : { name: browser }
  let code: number | null
  try {
    const child = await withoutVariables(secretVariables, () =>
      open(url, app.name === undefined ? {} : { app: { ...app, name: app.name } }),
    )
    code = child.exitCode ?? (child.signalCode === null ? ((await once(child, 'exit'))[0] as number | null) : null)
  } catch (cause) {
    throw failed((cause as Error).message, cause)
  }
  if (code !== 0) throw failed(code === null ? 'it was ended by a signal' : `it ended with ${code}`)
}

/** What browsers call a private window on their command lines, by a word in the name of their program. */
const PRIVATE_ARGUMENTS: readonly (readonly [name: RegExp, argument: string])[] = [
  [/firefox|librewolf|waterfox|zen/, '--private-window'],
  [/edge/, '--inprivate'],
  [/chrom|brave|vivaldi/, '--incognito'],
  [/opera/, '--private'],
]

/** `open`'s name for a private window of the system's usual browser. */
const USUAL_PRIVATE = 'browserPrivate'

/**
 * How a browser is told to open a private window. Pure.
 * @throws VaultError ERR_BROWSER_PRIVATE for a browser that we do not know
 */
export function privateApp(browser: string | undefined): { name: string; arguments?: string[] } {
  if (browser === undefined) return { name: USUAL_PRIVATE }
  const name = (browser.split(/[\\/]/).at(-1) ?? browser).toLowerCase()
  const known = PRIVATE_ARGUMENTS.find(([pattern]) => pattern.test(name))
  if (known !== undefined) return { name: browser, arguments: [known[1]] }
  throw new VaultError('ERR_BROWSER_PRIVATE', `how ${browser} opens a private window is not known`, {
    hint: 'name Firefox, Chrome, Chromium, Brave, Edge, Vivaldi or Opera with --browser, or leave out --private',
  })
}

/** Runs a task that starts a program, which gets our environment, without these variables. */
async function withoutVariables<T>(names: readonly string[], task: () => Promise<T>): Promise<T> {
  const hidden = names.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  for (const [name] of hidden) delete process.env[name]
  try {
    return await task()
  } finally {
    for (const [name, value] of hidden) process.env[name] = value
  }
}
