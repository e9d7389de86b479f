// Loaded before `aws-vault update`: counts what it does to the file system, and kills it before the step that KILL_STEP
// names. Without one, it writes how many there were into KILL_COUNT.
if (process.argv.includes('update')) {
  const fs = require('node:fs')
  const { writeFileSync } = fs
  const written = new Map()
  class Nothing {}
  /** Node's class of open files, which it shows to nobody before one is open. */
  let Handle = Nothing
  let step = 0
  /** Whether a call changes what a kill would leave: below the updates, and of the many pieces of a file the first few. */
  const counts = (name, target) => {
    if (name !== 'write' && name !== 'writeFile') return String(target).includes('/client')
    written.set(target, (written.get(target) ?? 0) + 1)
    return written.get(target) < 3
  }
  const wrap = (object, names) => {
    for (const name of names) {
      const original = object[name]
      object[name] = function (...args) {
        if (counts(name, this instanceof Handle ? this : args[0])) step++
        if (step === Number(process.env.KILL_STEP)) process.kill(process.pid, 'SIGKILL')
        return original.apply(this, args)
      }
    }
  }
  const { open } = fs.promises
  fs.promises.open = async (...args) => {
    const handle = await open(...args)
    if (Handle === Nothing) {
      Handle = handle.constructor
      wrap(Handle.prototype, ['writeFile'])
    }
    return handle
  }
  wrap(fs, ['mkdir', 'open', 'write', 'rename'])
  wrap(fs.promises, ['mkdir', 'open', 'rename', 'rm'])
  if (process.env.KILL_COUNT) process.on('exit', () => writeFileSync(process.env.KILL_COUNT, String(step)))
}
