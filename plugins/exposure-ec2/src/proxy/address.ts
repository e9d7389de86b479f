import { platform } from 'node:process'
import { METADATA_ADDRESS } from './names.ts'
import { runTool } from './run-tool.ts'

/** The address on this machine. */
export interface OwnAddress {
  /** Whether it was not there before. */
  readonly isNew: boolean
  /** Takes it away, unless somebody else put it there. */
  remove(): void
}

/** How ours is marked on Linux, so that one that was left over is told from one that somebody wants to keep. */
const LABEL = 'lo:aws-vault'

/**
 * Gives this machine the address, unless it has it.
 * @throws Error when the system refuses, with its words
 */
export function ownAddress(): OwnAddress {
  return platform === 'darwin' ? onMac() : onLinux()
}

function onLinux(): OwnAddress {
  const isNew = shown() === '' && add()
  const isOurs = isNew || shown().includes(` ${LABEL}\\`)
  return { isNew, remove: () => isOurs && attempt('ip', ['addr', 'del', ADDRESS, 'dev', 'lo']) }
}

const ADDRESS = `${METADATA_ADDRESS}/32`

const shown = (): string => runTool('ip', ['-oneline', 'addr', 'show', 'to', ADDRESS])

/** Whether it was us who added it: another one that starts at the same time may be faster. */
function add(): boolean {
  try {
    runTool('ip', ['addr', 'add', ADDRESS, 'dev', 'lo', 'scope', 'host', 'label', LABEL])
    return true
  } catch (error) {
    if (shown() === '') throw error
    return false
  }
}

function onMac(): OwnAddress {
  const isNew = !runTool('ifconfig', ['lo0']).includes(`inet ${METADATA_ADDRESS} `)
  if (isNew) runTool('ifconfig', ['lo0', 'alias', METADATA_ADDRESS, '255.255.255.255'])
  return { isNew, remove: () => isNew && attempt('ifconfig', ['lo0', '-alias', METADATA_ADDRESS]) }
}

/** Nobody is there any more who could be told that it failed. */
function attempt(name: string, args: readonly string[]): void {
  try {
    runTool(name, args)
  } catch {
    // Gone already, or with its network.
  }
}
