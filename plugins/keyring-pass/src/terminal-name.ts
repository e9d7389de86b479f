import { spawnSync } from 'node:child_process'
import { isatty } from 'node:tty'

/**
 * The name of the terminal that we run on, such as `/dev/pts/3`; `undefined` if there is none. `gpg-agent` needs it in
 * `GPG_TTY` to ask for a passphrase there. `pass` looks for it on its standard input, which we do not leave to it.
 */
export function terminalName(): string | undefined {
  const descriptor = [0, 2, 1].find(each => isatty(each))
  if (descriptor === undefined) return undefined
  const { status, stdout } = spawnSync('tty', {
    stdio: [descriptor, 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: 1000,
  })
  return status === 0 && stdout.startsWith('/') ? stdout.trim() : undefined
}
