import { readFileSync } from 'node:fs'

/**
 * Tells a process from all others that ever had its number: when it was started. `undefined` when there is none of that
 * number (or the system does not say). Linux: ticks since the boot, and which boot (proc_pid_stat(5), field 22); macOS
 * and Windows: what `ps` and PowerShell say.
 */
export function processStart(pid: number, platform: NodeJS.Platform = process.platform): string | undefined {
  try {
    if (platform === 'linux') return linuxStart(pid)
    const [command, args] =
      platform === 'win32'
        ? ['powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]]
        : ['ps', ['-o', 'lstart=', '-p', String(pid)]]
    // Not imported above: on Linux, where it is not needed, loading it would be most of the time.
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    // In a time zone that nobody moves.
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    const said = execFileSync(command as string, args as string[], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env,
      windowsHide: true,
    })
    return said.trim() || undefined
  } catch {
    return undefined
  }
}

function linuxStart(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold anything; behind it, from the third field on, are numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // One that has ended and was not waited for is gone for us.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${fields[19]}@${boot}`
}
