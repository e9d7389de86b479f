import { existsSync, readFileSync } from 'node:fs'
import type { Sandbox } from './sandbox.ts'

/** A browser that is a real HTTP client. */
export interface Browser {
  /** For `RunOptions.env`: there is a browser. */
  readonly env: { readonly AWS_VAULT_BROWSER: string }
  /** The addresses that it was sent to, each with the keyring's passphrase as it saw it. */
  opened(): string[]
}

/** Puts a browser into a sandbox. It follows where it is sent, and notes what it was given. */
export function makeBrowser(sandbox: Sandbox): Browser {
  const log = sandbox.path('browser.log')
  const program = sandbox.script(
    'browser',
    `#!${process.execPath}
const [address] = process.argv.slice(2)
require('node:fs').appendFileSync(${JSON.stringify(log)}, address + ' ' + process.env.AWS_VAULT_FILE_PASSPHRASE + '\\n')
fetch(address).then(answer => answer.text())
`,
  )
  return {
    env: { AWS_VAULT_BROWSER: program },
    opened: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
  }
}
