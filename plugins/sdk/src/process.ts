/**
 * Which process wrote a file, for those who find it later: one that has ended leaves files behind, and a file in a shared
 * directory may be another machine's.
 * @module
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Where a process runs: only from the same place can be told whether it still does. */
export interface ProcessPlace {
  readonly host: string
  /** Tells this run of the machine from all others, also where two machines have one name; absent where the system has none. */
  readonly boot?: string
  /** Linux: whose process numbers count. Two containers each have a process 1. */
  readonly pidNamespace?: string
}

/** A process, for good: a number alone may be another one's by now. */
export interface ProcessIdentity {
  readonly pid: number
  /** See {@link processStart}. */
  readonly processStart: string
  readonly place: ProcessPlace
}

/** What has become of a process, as far as it can be told from here. */
export type ProcessFate = 'alive' | 'dead' | 'in another container' | 'on another host'

/** Whether `value`, which was read from a file, is an identity. */
export function isProcessIdentity(value: unknown): value is ProcessIdentity {
  const { pid, processStart: start, place } = (value ?? {}) as Partial<ProcessIdentity>
  const { host, boot = '', pidNamespace = '' } = place ?? {}
  return Number.isInteger(pid) && (pid as number) >= 1 && [start, host, boot, pidNamespace].every(isText)
}

const isText = (value: unknown): boolean => typeof value === 'string'

/** This very process. */
export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  processStart: processStart(process.pid) ?? '',
  place: thisPlace(),
})

/** What has become of a process. Nothing is concluded from what cannot be seen. */
export function processFate(identity: ProcessIdentity, here: ProcessPlace = thisPlace()): ProcessFate {
  const { pid, processStart: start, place } = identity
  const where = whereIs(place, here)
  if (where !== 'here') return where === 'before this boot' ? 'dead' : where
  return processStart(pid) === start ? 'alive' : 'dead'
}

/** Where a place is, seen from another one. Pure. */
export function whereIs(
  place: ProcessPlace,
  here: ProcessPlace,
): 'here' | 'before this boot' | 'in another container' | 'on another host' {
  const isOneBoot = place.boot !== undefined && place.boot === here.boot
  // A container has a name of its own, and some machines change theirs: the same boot is the same machine.
  if (!isOneBoot && place.host !== here.host) return 'on another host'
  if (place.boot !== here.boot) return 'before this boot'
  const isSeen = place.pidNamespace === here.pidNamespace && here.pidNamespace !== UNSEEN
  return isSeen ? 'here' : 'in another container'
}

/** The namespace of a process whose /proc is not its own: numbers in it are none that it could judge by. */
const UNSEEN = 'unseen'

/**
 * Where this process runs. Linux: /proc/sys/kernel/random/boot_id (random(4)), pid_namespaces(7). macOS:
 * `kern.bootsessionuuid` of sysctl, since `kern.boottime` moves when the clock is set.
 */
export function thisPlace(platform: NodeJS.Platform = process.platform): ProcessPlace {
  const boot = platform === 'linux' ? readText('/proc/sys/kernel/random/boot_id') : undefined
  const session = platform === 'darwin' ? said('sysctl', ['-n', 'kern.bootsessionuuid']) : boot
  return {
    host: hostname(),
    ...(session === undefined ? {} : { boot: session }),
    ...(platform === 'linux' ? { pidNamespace: pidNamespace() } : {}),
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self') === String(process.pid) ? readlinkSync('/proc/self/ns/pid') : UNSEEN
  } catch {
    return UNSEEN
  }
}

/**
 * Tells a process from all others that ever had its number: when it was started. `undefined` when there is none of that
 * number (or the system does not say). Linux: ticks since the boot, and which boot (proc_pid_stat(5), field 22); macOS
 * and Windows: what `ps` and PowerShell say.
 */
export function processStart(pid: number, platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === 'linux') return linuxStart(pid)
  return platform === 'win32'
    ? said('powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`])
    : said('ps', ['-o', 'lstart=', '-p', String(pid)])
}

function linuxStart(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const boot = readText('/proc/sys/kernel/random/boot_id')
  if (stat === undefined || boot === undefined) return undefined
  // The name in brackets may hold anything; behind it, from the third field on, are numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // One that has ended and was not waited for is gone for us.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  return `${fields[19]}@${boot}`
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** What a program of the system says, in a time zone that nobody moves. */
function said(command: string, args: readonly string[]): string | undefined {
  try {
    // Not imported above: on Linux, where it is not needed, loading it would be most of the time.
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    const text = execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      windowsHide: true,
    })
    return text.trim() || undefined
  } catch {
    return undefined
  }
}
