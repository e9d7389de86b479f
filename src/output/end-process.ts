/** Milliseconds that are left for what is still being written. */
const grace = 500

/**
 * Ends the process soon, although something of a plugin's may still run in it: a wait that nobody could end. The exit code
 * is the one that was set. Where nothing runs the process ends by itself, at once.
 */
export function endProcessSoon(): void {
  const end = (): void => void process.stdout.write('', () => process.exit())
  setTimeout(end, grace).unref()
}
