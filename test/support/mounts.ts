import { spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'

/** A file system that a test has mounted. */
export interface Mount extends Disposable {
  /** Mounts it anew with other options, e.g. `ro`. */
  remount(options: string): void
}

/**
 * Mounts a file system for the length of a test. Where that is not allowed the test is skipped with the reason, but for
 * root on CI, who has to be able to.
 * @param args of mount(8), without the directory
 */
export function mountOn(directory: string, args: readonly string[], context: TestContext): Mount | undefined {
  const mount = (...words: readonly string[]): string | undefined => {
    const { status, stderr, error } = spawnSync('mount', [...words, directory], { encoding: 'utf8' })
    return status === 0 ? undefined : (error?.message ?? stderr.trim())
  }
  const isRoot = process.getuid?.() === 0
  const problem = isRoot ? mount(...args) : 'only root can mount file systems'
  if (problem !== undefined) {
    if (isRoot && process.env.CI === 'true') throw new Error(`cannot mount: ${problem}`)
    context.skip(problem)
    return undefined
  }
  return {
    remount(options) {
      const failure = mount('-o', `remount,${options}`)
      if (failure !== undefined) throw new Error(`cannot remount: ${failure}`)
    },
    [Symbol.dispose]() {
      spawnSync('umount', ['--lazy', directory])
    },
  }
}
