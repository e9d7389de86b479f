import { VaultError } from '@aws-vault/plugin-sdk'
import { startOneShotPage } from './one-shot-page.ts'
import { isOwnPeer } from './peer-user.ts'

/** How long a browser may take to start and to come, in milliseconds. */
const PATIENCE = 2 * 60_000

/** What opening needs. */
export interface BrowseDependencies {
  /** Opens an address in the browser; may settle only when that ends. */
  browse(address: string): Promise<void>
  readonly signal: AbortSignal
  /** Makes the address that the browser is given of that of our page, e.g. for a container. */
  wrap?(address: string): string
  /** Milliseconds; two minutes if absent. */
  readonly patience?: number
}

/**
 * Sends the browser to a link that holds a secret, without that link on any command line: see one-shot-page.ts.
 * @throws VaultError ERR_BROWSER_FAILED when no browser could be opened, ERR_CONSOLE_NO_VISIT when none came; the reason
 *   of the signal when it is aborted
 */
export async function browseConsole(link: string, dependencies: BrowseDependencies): Promise<void> {
  const { browse, signal, wrap = address => address, patience = PATIENCE } = dependencies
  const { setTimeout } = await import('node:timers/promises')
  const page = await startOneShotPage(link, { isAllowed: isOwnPeer })
  const done = new AbortController()
  const nobody = setTimeout(patience, undefined, { signal: AbortSignal.any([signal, done.signal]) }).then(() => {
    throw new VaultError('ERR_CONSOLE_NO_VISIT', 'the browser was opened, but did not come for the link', {
      hint: 'name another browser with --browser, or print the link with --stdout',
    })
  })
  nobody.catch(() => {})
  try {
    const opened = browse(wrap(page.address)).then(() => new Promise<never>(() => {}))
    await Promise.race([page.visited, opened, nobody])
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    done.abort()
    page.close()
  }
}
