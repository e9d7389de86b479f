import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { kill, platform } from 'node:process'
import { PROXY_FILE } from './names.ts'
import { runTool } from './run-tool.ts'

/** A process of a proxy, of whichever user. */
export interface ProxyProcess {
  readonly processId: number
  readonly userId: number
  readonly role: 'hold' | 'forward'
  /** The process of ours that it works for. */
  readonly session: number
}

/** The processes of proxies on this machine, as far as we may see them. */
export function proxyProcesses(): ProxyProcess[] {
  return processes().flatMap(({ processId, userId, words }) => {
    const found = COMMAND_LINE.exec(words)
    if (found === null) return []
    return { processId, userId, role: found[1] as ProxyProcess['role'], session: Number(found[2]) }
  })
}

/** Whether a process is there, whosever it is. */
export function isAlive(processId: number): boolean {
  try {
    return kill(processId, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Whether the numbers that a process knows of others are numbers here: in a container they are not, though we may see
 * it (pid_namespaces(7)). For root.
 */
export function countsAsWeDo(processId: number): boolean {
  if (platform !== 'linux') return true
  try {
    return readlinkSync(`/proc/${processId}/ns/pid`) === readlinkSync('/proc/self/ns/pid')
  } catch {
    // It ended meanwhile.
    return false
  }
}

/** What the system calls a user. */
export function userName(userId: number): string {
  try {
    return runTool('id', ['-un', `${userId}`]).trim()
  } catch {
    return `${userId}`
  }
}

const COMMAND_LINE = new RegExp(`/${PROXY_FILE}\\.(?:c?js|ts) (hold|forward) --session=(\\d+) --port=\\d+$`)

interface Process {
  readonly processId: number
  readonly userId: number
  /** Its command line, joined by spaces. */
  readonly words: string
}

function processes(): Process[] {
  if (platform !== 'linux') {
    return runTool('ps', ['-axo', 'pid=,uid=,args='])
      .split('\n')
      .flatMap(line => {
        const found = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)
        return found === null
          ? []
          : { processId: Number(found[1]), userId: Number(found[2]), words: found[3] as string }
      })
  }
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replace(/\0$/, '').replaceAll('\0', ' ')
      return { processId: Number(name), userId: statSync(`/proc/${name}`).uid, words }
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}
