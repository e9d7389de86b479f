import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { isVaultError, VaultError } from '@aws-vault/plugin-sdk'

/**
 * What the kernel will make of an executable file:
 * - `native`: it starts it (a binary for this machine, or a script whose interpreter is one);
 * - `shell-script`: it refuses it with ENOEXEC, upon which execvp(3) and shells give it to /bin/sh;
 * - `unknown`: one cannot tell without trying (another machine's binary, which an emulator may be registered for).
 */
export type ExecutableKind = 'native' | 'shell-script' | 'unknown'

/** Reads up to `length` bytes from `position` on. */
type Read = (position: number, length: number) => Buffer

/**
 * Finds out how `file`, an absolute path of an executable file, can be started. It is for `process.execve`, which can
 * only be tried once: when the kernel refuses, Node aborts, where anything else could still say what is wrong.
 * @throws VaultError ERR_EXEC_INTERPRETER (`facts.exitCode` 126) when the interpreter that it names is missing
 */
export function executableKind(file: string, platform = process.platform, arch = process.arch): ExecutableKind {
  return withFile(file, read => {
    const head = read(0, 4096)
    if (head.subarray(0, 2).toString('latin1') === '#!') return scriptKind(file, head, platform, arch)
    if (isNative(file, head, read, platform, arch)) return 'native'
    return head.includes(0) ? 'unknown' : 'shell-script'
  })
}

function scriptKind(file: string, head: Buffer, platform: NodeJS.Platform, arch: NodeJS.Architecture): ExecutableKind {
  const interpreter = shebangInterpreter(head)
  if (interpreter === undefined) return 'shell-script'
  if (!isExecutableFile(interpreter)) throw missingInterpreter(file, interpreter)
  return withFile(interpreter, read => {
    // Not every kernel takes a script as the interpreter of a script.
    return isNative(interpreter, read(0, 4096), read, platform, arch) ? 'native' : 'unknown'
  })
}

/** The first word after `#!`, as the kernel sees it: a carriage return belongs to it. */
function shebangInterpreter(head: Buffer): string | undefined {
  const line = head.subarray(2, 256).toString().split('\n', 1)[0] ?? ''
  return line.split(/[ \t\0]+/).find(word => word !== '')
}

function isNative(
  file: string,
  head: Buffer,
  read: Read,
  platform: NodeJS.Platform,
  arch: NodeJS.Architecture,
): boolean {
  if (platform === 'darwin') return machOProcessors(head).includes(machOProcessor[arch] ?? -1)
  const elf = readElf(head, read)
  if (elf === undefined || elf.machine !== elfMachine[arch]) return false
  if (elf.interpreter !== undefined && !isExecutableFile(elf.interpreter))
    throw missingInterpreter(file, elf.interpreter)
  return true
}

/** e_machine of the ELF specification, for what runs as 64 bits, little-endian. */
const elfMachine: Partial<Record<NodeJS.Architecture, number>> = { x64: 62, arm64: 183, riscv64: 243, loong64: 258 }

/** What an ELF header says that decides whether it starts; `undefined` for any other file, 32-bit and big-endian ones included. */
function readElf(head: Buffer, read: Read): { machine: number; interpreter: string | undefined } | undefined {
  const executable = head.length >= 64 && head.toString('latin1', 0, 6) === '\x7fELF\x02\x01'
  if (!executable || ![2, 3].includes(head.readUInt16LE(16))) return undefined
  const entrySize = head.readUInt16LE(54)
  const entries = head.readUInt16LE(56)
  if (entrySize !== 56) return undefined
  const table = read(Number(head.readBigUInt64LE(32)), entrySize * entries)
  let interpreter: string | undefined
  for (let at = 0; at + entrySize <= table.length; at += entrySize) {
    if (table.readUInt32LE(at) !== 3) continue // PT_INTERP
    const path = read(Number(table.readBigUInt64LE(at + 8)), Math.min(4096, Number(table.readBigUInt64LE(at + 32))))
    interpreter = path.toString().split('\0', 1)[0]
  }
  return { machine: head.readUInt16LE(18), interpreter }
}

/** cputype of mach/machine.h. */
const machOProcessor: Partial<Record<NodeJS.Architecture, number>> = { x64: 0x01000007, arm64: 0x0100000c }

/** The processors that a Mach-O file has code for: one, or several in a universal file. */
function machOProcessors(head: Buffer): number[] {
  if (head.length < 8) return []
  if (head.readUInt32LE(0) === 0xfeedfacf) return [head.readUInt32LE(4)]
  // A Java class file begins with the same four bytes; its version stands where the count is, and is above 40.
  const count = head.readUInt32BE(0) === 0xcafebabe ? head.readUInt32BE(4) : 0
  if (count > 20 || head.length < 8 + count * 20) return []
  return Array.from({ length: count }, (_, index) => head.readUInt32BE(8 + index * 20))
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

function withFile(file: string, look: (read: Read) => ExecutableKind): ExecutableKind {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return 'unknown' // A file may be executable without being readable.
  }
  try {
    return look((position, length) => {
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position))
    })
  } catch (error) {
    if (isVaultError(error)) throw error
    return 'unknown'
  } finally {
    closeSync(descriptor)
  }
}

function missingInterpreter(file: string, interpreter: string): VaultError {
  const windowsLineEnds = interpreter.endsWith('\r')
  const name = windowsLineEnds ? interpreter.slice(0, -1) : interpreter
  return new VaultError(
    'ERR_EXEC_INTERPRETER',
    windowsLineEnds
      ? `cannot run ${file}: its first line, which names ${name}, ends like a line on Windows`
      : `cannot run ${file}: it needs ${name}, which is not there or not executable`,
    {
      hint: windowsLineEnds
        ? `convert its line ends: sed -i 's/\\r$//' ${file}`
        : `install ${name}, or get a version of the program that is made for this system`,
      facts: { file, interpreter: name, exitCode: 126 },
    },
  )
}
