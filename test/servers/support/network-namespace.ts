import { execFile, spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'

/** Another machine on a network with this one. */
export interface OtherHost extends Disposable {
  /** The address of this machine, as the other one sees it. */
  readonly ours: string
  /** Runs a program there, and gives what it wrote. */
  run(command: string, ...args: readonly string[]): Promise<string>
}

/**
 * A network namespace that a cable joins to ours, for the length of a test. Where that is not allowed the test is
 * skipped with the reason, but for root on CI, who has to be able to.
 */
export function otherHost(context: TestContext): OtherHost | undefined {
  const name = `avt${process.pid}`
  const ours = '10.213.7.1'
  const remove = (): void => {
    spawnSync('ip', ['netns', 'delete', name])
    spawnSync('ip', ['link', 'delete', `${name}a`])
  }
  const steps = [
    `netns add ${name}`,
    `link add ${name}a type veth peer name ${name}b netns ${name}`,
    `addr add ${ours}/24 dev ${name}a`,
    `link set ${name}a up`,
    `-n ${name} addr add 10.213.7.2/24 dev ${name}b`,
    `-n ${name} link set ${name}b up`,
    `-n ${name} link set lo up`,
  ]
  for (const step of steps) {
    const { status, stderr, error } = spawnSync('ip', step.split(' '), { encoding: 'utf8' })
    if (status === 0) continue
    remove()
    const problem = `no network namespace can be made: ${error?.message ?? stderr.trim()}`
    if (process.getuid?.() === 0 && process.env.CI === 'true') throw new Error(problem)
    context.skip(problem)
    return undefined
  }
  return {
    ours,
    run: (command, ...args) =>
      new Promise(resolve => {
        const all = ['netns', 'exec', name, command, ...args]
        execFile('ip', all, { encoding: 'utf8' }, (_, stdout, stderr) => resolve(stdout + stderr))
      }),
    [Symbol.dispose]: remove,
  }
}
