import { fstatSync } from 'node:fs'

/**
 * The open files beyond stderr that we were started with (`aws-vault exec ... 3<file`, make's job server, systemd's
 * sockets): 3, 4, ... without a gap. Node marks descriptors up to 15 as close-on-exec when it starts, so that
 * `process.execve` would lose them, while a spawned child can be given them.
 *
 * They are told from Node's own by being in front of its event loop, which takes the first free number.
 */
export function inheritedDescriptors(): number[] {
  const inherited: number[] = []
  while (isFile(3 + inherited.length)) inherited.push(3 + inherited.length)
  return inherited
}

function isFile(descriptor: number): boolean {
  try {
    const stats = fstatSync(descriptor)
    // An event loop is none of these, but for macOS, where a kqueue looks like a pipe.
    return (
      stats.isFile() ||
      stats.isDirectory() ||
      stats.isCharacterDevice() ||
      stats.isSocket() ||
      (stats.isFIFO() && process.platform !== 'darwin')
    )
  } catch {
    return false
  }
}
