// Loaded before `aws-vault update`: counts what it does to the file system, and kills it before the step that KILL_STEP
// names. Without one, it writes how many there were into KILL_COUNT.
if (process.argv.includes('update')) {
  const fs = require('node:fs')
  const { writeFileSync } = fs
  const written = new Map()
  let step = 0
  /** Whether a call changes what a kill would leave: below the updates, and of the many pieces of a file the first few. */
  const counts = (name, target) => {
    if (name !== 'write') return String(target).includes('/client')
    written.set(target, (written.get(target) ?? 0) + 1)
    return written.get(target) < 3
  }
  const wrap = (object, names) => {
    for (const name of names) {
      const original = object[name]
      object[name] = function (...args) {
        if (counts(name, args[0])) step++
        if (step === Number(process.env.KILL_STEP)) process.kill(process.pid, 'SIGKILL')
        return original.apply(this, args)
      }
    }
  }
  wrap(fs, ['mkdir', 'open', 'write', 'rename'])
  wrap(fs.promises, ['mkdir', 'open', 'rename', 'rm'])
  if (process.env.KILL_COUNT) process.on('exit', () => writeFileSync(process.env.KILL_COUNT, String(step)))
}
