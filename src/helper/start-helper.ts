import { type ChildProcess, spawn } from 'node:child_process'
import { VaultError } from '@aws-vault/plugin-sdk'

/** What a helper says on its standard output when others may rely on it. */
export const READY = 'ready\n'

/** Milliseconds that a helper may take to begin. */
const PATIENCE = 10_000

export interface HelperProcess {
  /** The command line of this very program, up to its first own word. */
  readonly program: readonly [string, ...string[]]
  /** The words after it. */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly input: Uint8Array
  readonly platform: NodeJS.Platform
  readonly signal: AbortSignal
}

/**
 * Nobody's children get one more: the shell starts it and ends. What crashes leaves no memory behind. No file that
 * somebody has open (a lock, a pipe whose end is waited for) may be held open for as long as it lives: see
 * {@link closeInherited}, and for systems that do not tell, bash, which can close files by any number.
 */
const DETACH = 'ulimit -c 0; exec 3<&0 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; "$@" <&3 3<&- &'
const CLOSE_ALL = 'for f in /dev/fd/*; do n=$(basename $f); [ "$n" -le 2 ] || eval "exec $n>&-" 2>/dev/null; done; '

/**
 * Starts this program once more, in a session of its own, and leaves it running when it is ready.
 * @throws VaultError ERR_HELPER_FAILED when it ends or says nothing for ten seconds
 */
export async function startHelper(helper: HelperProcess): Promise<void> {
  const { input, signal } = helper
  const child = launch(helper)
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it does not begin')), PATIENCE)
      const abort = (): void => reject(signal.reason as Error)
      signal.addEventListener('abort', abort, { once: true })
      let said = ''
      child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk
        if (said.endsWith(READY)) resolve()
      })
      // The stream ends with the last of its writers, which the shell is not.
      child.stdout?.once('end', () => reject(new Error(said === '' ? 'it ended at once' : said)))
      child.once('error', reject)
      child.stdin?.on('error', reject).end(input)
      child.stdout?.once('close', () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
      })
    })
  } catch (cause) {
    signal.throwIfAborted()
    throw new VaultError('ERR_HELPER_FAILED', `a helper process could not be started: ${(cause as Error).message}`, {
      hint: 'look for what is wrong here: aws-vault doctor',
      cause,
    })
  } finally {
    child.stdin?.destroy()
    child.stdout?.destroy()
    child.unref()
  }
}

function launch({ program, args, environment, platform }: HelperProcess): ChildProcess {
  const words = [...program, ...args]
  const shell = platform === 'darwin' ? ['/bin/bash', '-c', CLOSE_ALL + DETACH] : ['/bin/sh', '-c', DETACH]
  const [file, ...rest] = platform === 'win32' ? words : [...shell, 'sh', ...words]
  return spawn(file as string, rest, {
    // No directory is held that somebody wants to unmount.
    cwd: platform === 'win32' ? undefined : '/',
    env: helperEnvironment(environment),
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  })
}

/** What a program needs to run at all, and to find our directories: it may live for hours, and whatever it had, it would keep. */
const KEPT =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|XDG_\w+|AWS_VAULT_\w+|NODE_\w+|SystemRoot|APPDATA|LOCALAPPDATA)$/i

function helperEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => KEPT.test(name)))
}
