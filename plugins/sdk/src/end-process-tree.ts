import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * Asks a process and all that it has started to end: a shell that is ended leaves its children waiting for whatever they
 * waited for. A group of its own would be easier to end, but would have no terminal to ask the person at the desk on.
 * Where the system does not say who started whom, only the process itself ends.
 */
export function endProcessTree(root: number): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(root), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  const tellsChildren = existsSync(`/proc/self/task/${process.pid}/children`)
  const started = tellsChildren ? childrenInProc : childrenIn(processTable())
  for (const pid of [root, ...descendants(root, started)]) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It has ended, or become another user's.
    }
  }
}

/** The processes that a process has started. */
type Started = (pid: number) => readonly number[]

function descendants(root: number, started: Started): number[] {
  return started(root).flatMap(pid => [pid, ...descendants(pid, started)])
}

/** As Linux says it; its containers often have no `ps`. Each thread has its own (proc(5), `children`). */
function childrenInProc(pid: number): readonly number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.flatMap(thread =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').map(Number).filter(Boolean),
    )
  } catch {
    return []
  }
}

function childrenIn(table: readonly [pid: number, parent: number][]): Started {
  return root => table.filter(([, parent]) => parent === root).map(([pid]) => pid)
}

/** All processes, each with the one that started it. */
function processTable(): [pid: number, parent: number][] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  })
  const lines = (stdout ?? '').split('\n').map(line => line.trim().split(/\s+/).map(Number))
  return lines.flatMap(([pid, parent]) => (pid !== undefined && parent !== undefined ? [[pid, parent]] : []))
}
