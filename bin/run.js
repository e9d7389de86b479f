#!/usr/bin/env node
// The way in for users. Every millisecond here is paid in front of every command: built-in modules are asked for by
// getBuiltinModule, because an `import` of one makes Node load all that it could export.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`aws-vault: needs Node.js 22.15 or newer, and this is ${process.versions.node}\n`)
  process.exit(1)
}

const { mkdirSync, statSync } = process.getBuiltinModule('node:fs')
const module = process.getBuiltinModule('node:module')
const { join } = process.getBuiltinModule('node:path')

const require = module.createRequire(import.meta.url)
const root = join(import.meta.dirname, '..')
const argv = process.argv.slice(2)
try {
  // For every prompt of a shell: it needs a hundredth of our code.
  if (argv.length === 1 && argv[0] === 'prompt-segment') printSegment(require('../dist/segment.cjs').ownSegment())
  // At every press of Tab.
  else if (argv[0] === 'complete' && argv.length > 1 && argv[1] !== '--help') answerTab(argv.slice(1))
  else await run()
} catch (error) {
  // Commands report their own errors. What comes here is a damaged installation, and Node would print all of our code.
  process.stderr.write(`aws-vault: cannot start: ${argv.includes('--debug') ? error.stack : error.message}\n`)
  process.exitCode = 1
}

async function run() {
  keepCompiledCode()
  const { start } = require('../dist/start.cjs')
  if (!(await start(argv, root))) await require('../dist/oclif.cjs').run(argv, root)
}

function printSegment(text) {
  if (text === '') return
  try {
    process.getBuiltinModule('node:fs').writeSync(1, `${text}\n`)
  } catch {
    // Nobody reads it.
  }
}

function answerTab(words) {
  keepCompiledCode()
  process.exitCode = require('../dist/complete.cjs').respond(words, root)
}

/**
 * Lets Node keep our compiled code from one start to the next. In the user's own cache directory and only if nobody
 * else owns it or may write there: Node's default is the shared temporary directory, where another user could lay code for us to run.
 */
function keepCompiledCode() {
  // A release brings its own, made when it was packed: as good as its code, and there where nothing can be written.
  const packed = join(root, 'compiled')
  if (statSync(packed, { throwIfNoEntry: false })) {
    module.enableCompileCache({ directory: packed, portable: true })
    return
  }
  const { AWS_VAULT_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env
  const caches =
    XDG_CACHE_HOME ||
    (process.platform === 'win32' && LOCALAPPDATA) ||
    join(HOME || process.getBuiltinModule('node:os').homedir(), '.cache')
  const directory = join(AWS_VAULT_CACHE_DIR || join(caches, 'aws-vault'), 'compiled')
  try {
    const { uid, mode } = statSync(directory, { throwIfNoEntry: false }) ?? created(directory)
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
    if (isOurs) module.enableCompileCache(directory)
  } catch {
    // A read-only home: slower, and no reason to fail.
  }
}

function created(directory) {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return statSync(directory)
}
