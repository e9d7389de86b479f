/**
 * Runs a command that stands in the user's AWS config, for credential providers that get what they need from one.
 * @module
 */
import type { ChildProcess } from 'node:child_process'
import type { PartContext } from './context.ts'
import { VaultError } from './errors.ts'

/** A command of the user's. */
export interface Command {
  /** A line of shell, as it stands in the config. It may hold a secret, and is in no error. */
  readonly line: string
  /** The setting that it is the value of, for messages: `credential_process`. */
  readonly setting: string
  /** The profile that has the setting. */
  readonly profile: string
  /** What it gets as its environment; ours, with all there is in it, if absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/** How a command ended. */
interface End {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The variable that tells a command, and an AWS Vault that it may start, for which profiles it runs (JSON, outermost first). */
const profilesVariable = 'AWS_VAULT_COMMANDS_OF'

/** Milliseconds. A person may have to sign in somewhere first. */
const patience = 5 * 60_000

/** Bytes that a command may print. */
const largestOutput = 1 << 20

/**
 * What a command prints. It is run as the AWS SDKs run a `credential_process`: by the shell (`sh -c`, or `cmd.exe`), in
 * our environment and our directory, with our stdin and stderr, so that it can ask and tell the person at the desk.
 * It may take five minutes and print a megabyte.
 * @throws VaultError ERR_COMMAND_FAILED when it cannot be started, takes too long, prints too much or does not end well;
 *   the error holds nothing of what it printed
 * @throws the reason of `context.signal` when that is aborted
 */
export async function commandOutput(command: Command, { signal }: Pick<PartContext, 'signal'>): Promise<string> {
  signal.throwIfAborted()
  const { spawn } = await import('node:child_process')
  const { environment = process.env } = command
  const child = spawn(command.line, {
    shell: true,
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { ...environment, [profilesVariable]: JSON.stringify([...commandProfiles(process.env), command.profile]) },
  })
  const chunks: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > largestOutput) child.stdout.destroy(failure(command, 'printed more than a megabyte'))
  })
  const { code, signal: endedBy } = await endOf(child, command, signal)
  if (endedBy !== null) throw failure(command, `was ended by ${endedBy}`)
  if (code !== 0) throw failure(command, `ended with exit code ${code}`, 'what it says itself stands above')
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * The profiles whose commands we are run by, outermost first, from our environment. A command that needs itself would
 * start itself for ever.
 */
export function commandProfiles(environment: Readonly<Record<string, string | undefined>>): string[] {
  try {
    const profiles: unknown = JSON.parse(environment[profilesVariable] ?? '[]')
    return Array.isArray(profiles) ? profiles.filter(profile => typeof profile === 'string') : []
  } catch {
    return []
  }
}

/** Waits for the end, and for all that was printed. Who does not want to wait any longer leaves nothing running. */
async function endOf(child: ChildProcess, command: Command, signal: AbortSignal): Promise<End> {
  let onAbort = (): void => {}
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<End>((resolve, reject) => {
      onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      timer = setTimeout(() => reject(failure(command, `took longer than ${patience / 60_000} minutes`)), patience)
      child.once('error', cause => reject(failure(command, 'cannot be started', undefined, cause)))
      child.stdout?.once('error', reject)
      child.once('close', (code, endedBy) => resolve({ code, signal: endedBy }))
    })
  } catch (error) {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const { endProcessTree } = await import('./end-process-tree.ts')
      endProcessTree(child.pid)
    }
    // What does not end all the same shall not keep us.
    child.stdout?.destroy()
    child.unref()
    throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function failure({ setting, profile }: Command, what: string, hint?: string, cause?: unknown): VaultError {
  return new VaultError('ERR_COMMAND_FAILED', `the ${setting} of profile "${profile}" ${what}`, {
    hint: hint ?? 'try its command by itself',
    facts: { profile, setting },
    ...(cause instanceof Error && 'code' in cause && { cause: new Error(String(cause.code)) }),
  })
}
