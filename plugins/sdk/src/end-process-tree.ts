import { spawnSync } from 'node:child_process'

/**
 * Asks a process and all that it has started to end. A group of its own would be easier to end, but would have no
 * terminal to ask the person at the desk on. Where the system does not say who started whom, only the process itself ends.
 */
export function endProcessTree(root: number): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(root), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    return
  }
  for (const pid of [root, ...descendants(root, processTable())]) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It has ended, or become another user's.
    }
  }
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

function descendants(root: number, table: readonly [pid: number, parent: number][]): number[] {
  const children = table.filter(([, parent]) => parent === root).map(([pid]) => pid)
  return children.flatMap(pid => [pid, ...descendants(pid, table)])
}
