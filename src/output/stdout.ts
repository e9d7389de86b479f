import { writeStderr } from './logger.ts'

/**
 * Lets a reader of our output go away (`aws-vault list | head -1`) without an error. Done when something is written, and
 * not before: `exec` writes nothing, and setting stdout up takes time.
 */
export function guardStdout(): void {
  if (process.stdout.listeners('error').includes(ignoreClosedPipe)) return
  process.stdout.on('error', ignoreClosedPipe)
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return
  writeStderr(`aws-vault: cannot write the output: ${error.message}`)
  process.exit(1)
}
