import { execFile } from 'node:child_process'
import type { Availability } from '@aws-vault/plugin-sdk'

/** Stands before the answer: the part itself may write to stdout. */
export const ANSWER = 'aws-vault-probe:'

/**
 * Asks a part in a process of our own, so that one that ends its process, loops for ever or throws later harms nobody
 * else. Never rejects.
 * @param words the command line behind our program's name
 * @param patience milliseconds
 */
export function probeApart(words: readonly string[], patience: number): Promise<Availability> {
  const no = (reason: string): Availability => ({ available: false, reason })
  return new Promise(resolve => {
    const options = { timeout: patience, killSignal: 'SIGKILL', encoding: 'utf8', windowsHide: true } as const
    const child = execFile(process.execPath, [process.argv[1] ?? '', ...words], options, (error, stdout) => {
      const line = stdout.split('\n').findLast(it => it.startsWith(ANSWER))
      if (line !== undefined) resolve(JSON.parse(line.slice(ANSWER.length)) as Availability)
      else if (error?.killed) resolve(no(`it gave no answer within ${patience / 1000} s`))
      else resolve(no('it ended its process instead of giving an answer'))
    })
    child.stdin?.on('error', () => {}).end()
  })
}
