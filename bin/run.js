#!/usr/bin/env node
// The way in for users. Every millisecond here is paid in front of every command: built-in modules are asked for by
// getBuiltinModule, because an `import` of one makes Node load all that it could export.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`aws-vault: needs Node.js 22.15 or newer, and this is ${process.versions.node}\n`)
  process.exit(1)
}

const fs = process.getBuiltinModule('node:fs')
const module = process.getBuiltinModule('node:module')
const { join } = process.getBuiltinModule('node:path')

const root = join(import.meta.dirname, '..')
const argv = process.argv.slice(2)

/** Commands of which each keeps its own compiled code: those that programs and prompts wait for. All others share one. */
const OFTEN = new Set(['exec', 'export', 'list', 'refresh', '--version'])
/** How many characters the name has that the build writes behind the `//` at the start of a bundle. */
const NAME = 32

try {
  // For every prompt of a shell: it needs a hundredth of our code.
  if (argv.length === 1 && argv[0] === 'prompt-segment') printSegment(requireFrom('segment.cjs').ownSegment())
  // At every press of Tab.
  else if (argv[0] === 'complete' && argv.length > 1 && argv[1] !== '--help') answerTab(argv.slice(1))
  else await run()
} catch (error) {
  // Commands report their own errors. What comes here is a damaged installation, and Node would print all of our code.
  process.stderr.write(`aws-vault: cannot start: ${argv.includes('--debug') ? error.stack : error.message}\n`)
  process.exitCode = 1
}

async function run() {
  const { start } = load(join(root, 'dist', 'start.cjs'))
  if (!(await start(argv, root))) await requireFrom('oclif.cjs').run(argv, root)
}

function requireFrom(file) {
  return module.createRequire(import.meta.url)(`../dist/${file}`)
}

function printSegment(text) {
  if (text === '') return
  try {
    fs.writeSync(1, `${text}\n`)
  } catch {
    // Nobody reads it.
  }
}

function answerTab(words) {
  const packed = packedCode()
  keepWithNode(packed, packed === undefined ? compiledCode() : undefined)
  process.exitCode = requireFrom('complete.cjs').respond(words, root)
}

/**
 * As `require`, with the compiled code that an earlier run kept. Node's own cache, which vendored bundles use, keeps what is
 * compiled when a file is loaded; this one keeps what has been compiled when a run ends, that is, what such a run needs.
 */
function load(file) {
  const packed = packedCode()
  let own = packed === undefined ? compiledCode() : undefined
  keepWithNode(packed, own)
  const vm = process.getBuiltinModule('node:vm')
  const source = fs.readFileSync(file, 'latin1') // ASCII, says the build.
  const command = OFTEN.has(argv[0]) ? argv[0].replace(/^--/, '') : 'other'
  const kept = `${command}-${process.version}-${process.arch}`
  const name = source.slice(2, 2 + NAME)
  let cachedData = packed && readKept(join(packed, kept), name)
  if (cachedData === undefined) {
    own ??= compiledCode()
    cachedData = own && readKept(join(own, kept), name)
  }
  const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    cachedData,
  })
  if (own && (cachedData === undefined || script.cachedDataRejected)) keepAtEnd(script, join(own, kept), name)
  const loaded = { exports: {}, filename: file }
  script.runInThisContext()(loaded.exports, module.createRequire(file), loaded, file, join(root, 'dist'))
  return loaded.exports
}

/**
 * What was kept of the bundle with that name. V8 itself looks whether its own version, its flags and the lengths are right, but
 * not whether a byte was changed on the disk: it would crash, now and at every further start. So the code is kept twice; to compare
 * takes a tenth of a millisecond, any checksum several.
 */
function readKept(file, name) {
  try {
    const bytes = fs.readFileSync(file)
    const middle = (bytes.length + NAME) / 2
    const isWhole = bytes.latin1Slice(0, NAME) === name && bytes.compare(bytes, NAME, middle, middle) === 0
    return isWhole ? bytes.subarray(NAME, middle) : undefined
  } catch {
    return undefined
  }
}

/** Keeps the compiled code of this run, whether it ends or a program takes its place. */
function keepAtEnd(script, file, name) {
  const keep = () => {
    const temporary = `${file}.${process.pid}`
    try {
      const code = script.createCachedData()
      fs.writeFileSync(temporary, Buffer.concat([Buffer.from(name), code, code]), { mode: 0o600, flag: 'wx' })
      fs.renameSync(temporary, file)
    } catch {
      try {
        fs.rmSync(temporary, { force: true })
      } catch {
        // The disk is in a bad way, and the command has done its work: it shall not end by this.
      }
    }
  }
  const { execve } = process
  if (execve) {
    process.execve = (...args) => {
      keep()
      return execve.apply(process, args)
    }
  }
  process.once('exit', keep)
}

/** Has Node keep what it compiles of other files, such as vendored bundles. */
function keepWithNode(packed, own) {
  if (packed !== undefined) module.enableCompileCache({ directory: packed, portable: true })
  else if (own !== undefined) module.enableCompileCache(own)
}

/** What a release brings, made when it was packed: as well guarded as its code, and there where nothing can be written. */
function packedCode() {
  const directory = join(root, 'compiled')
  return fs.statSync(directory, { throwIfNoEntry: false }) ? directory : undefined
}

/**
 * Where compiled code is kept from one start to the next: in the user's own cache directory, and only if nobody else owns
 * it or may write there. Node's default is the shared temporary directory, where another user could lay code for us to run.
 */
function compiledCode() {
  const { AWS_VAULT_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env
  const caches =
    XDG_CACHE_HOME ||
    (process.platform === 'win32' && LOCALAPPDATA) ||
    join(HOME || process.getBuiltinModule('node:os').homedir(), '.cache')
  const directory = join(AWS_VAULT_CACHE_DIR || join(caches, 'aws-vault'), 'compiled')
  try {
    const found = fs.statSync(directory, { throwIfNoEntry: false }) ?? created(directory)
    const isOurs = process.getuid === undefined || (found.uid === process.getuid() && (found.mode & 0o022) === 0)
    return isOurs && found.isDirectory() ? directory : undefined
  } catch {
    // A read-only home: slower, and no reason to fail.
    return undefined
  }
}

function created(directory) {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
  return fs.statSync(directory)
}
