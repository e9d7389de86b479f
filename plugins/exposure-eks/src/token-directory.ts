import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VaultError } from '@aws-vault/plugin-sdk'
import { isProcessIdentity, processFate, thisPlace, thisProcess } from '@aws-vault/plugin-sdk/process'

/** How long a directory may lie there in which nobody has put his name, in milliseconds. */
const STALE = 30 * 60_000

/**
 * Makes a directory for one server's token. What servers left behind that were killed is removed on the way: such a
 * token opens nothing any more.
 * @throws VaultError ERR_SERVER_TOKEN_FILE when it cannot be made
 */
export function makeTokenDirectory(base: string, now: number): string {
  const directory = join(base, `eks-${crypto.randomUUID()}`)
  try {
    removeLeftovers(base, now)
    mkdirSync(directory, { mode: 0o700 })
    writeFileSync(join(directory, 'owner'), JSON.stringify(thisProcess()), { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    rmSync(directory, { recursive: true, force: true })
    throw new VaultError('ERR_SERVER_TOKEN_FILE', `cannot make a directory for the token in ${base}`, {
      hint: 'look at its permissions, or use --expose ecs, which needs no file',
      facts: { directory: base, code: (cause as NodeJS.ErrnoException).code },
      cause,
    })
  }
  return directory
}

/** Only of those that are known to be dead: in a shared directory, a process may be another machine's. */
function removeLeftovers(base: string, now: number): void {
  const here = thisPlace()
  for (const name of readdirSync(base)) {
    if (!name.startsWith('eks-')) continue
    const directory = join(base, name)
    try {
      const owner = ownerOf(directory)
      const isLeft =
        owner === undefined ? now - statSync(directory).mtimeMs > STALE : processFate(owner, here) === 'dead'
      if (isLeft) rmSync(directory, { recursive: true, force: true })
    } catch {
      // Somebody else was faster, or it is not ours: no reason to fail.
    }
  }
}

function ownerOf(directory: string) {
  try {
    const owner: unknown = JSON.parse(readFileSync(join(directory, 'owner'), 'utf8'))
    return isProcessIdentity(owner) ? owner : undefined
  } catch {
    return undefined
  }
}
