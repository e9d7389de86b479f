/** Other ways to start the same bundle, for `npm run bench`: see docs/decisions/0005-what-release-tarballs-run.md. */
import { spawnSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A way to start our own commands; the words of a command line come behind `args`. */
export interface Runtime {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
}

/**
 * Builds what can be built here, in `directory`: V8 start-up snapshots, one of them of nothing but Node, and if `bun` is the path of
 * Bun (`node_modules/.bin/bun` of the npm package `bun`) an executable with bytecode. They know our own commands only, not
 * oclif's, and are for measuring.
 */
export function otherRuntimes(root: string, directory: string, bun: string | undefined): Runtime[] {
  const node = process.execPath
  const snapshot = (name: string, source: string): Runtime => {
    const [entry, blob] = [join(directory, `${name}.cjs`), join(directory, `${name}.blob`)]
    writeFileSync(entry, source)
    run(node, ['--snapshot-blob', blob, '--build-snapshot', entry])
    return { name: `${name}, ${megabytes(blob)} MB beside Node`, program: node, args: ['--snapshot-blob', blob, 'av'] }
  }
  const empty = snapshot('an empty snapshot', `require('v8').startupSnapshot.setDeserializeMainFunction(() => {})`)
  const ours = snapshot('snapshot', snapshotEntry(root))
  return bun === undefined ? [empty, ours] : [empty, ours, compiledByBun(root, directory, bun)]
}

/** Loads the bundle when the snapshot is built; starts the command that is asked for when it is run. */
function snapshotEntry(root: string): string {
  const start = JSON.stringify(join(root, 'dist', 'start.cjs'))
  return `
    const { createRequire, isBuiltin } = require('module')
    const ours = { exports: {} }
    const late = name => isBuiltin(name) ? require(name) : createRequire(${start})(name)
    const code = require('fs').readFileSync(${start}, 'latin1')
    new Function('exports', 'require', 'module', '__filename', '__dirname', code)(
      ours.exports, late, ours, ${start}, ${JSON.stringify(join(root, 'dist'))})
    const run = words => ours.exports.start(words, ${JSON.stringify(root)})
    // What help asks of a command is what loads it.
    for (const command of ['exec', 'export', 'list']) run([command, '--help'])
    require('v8').startupSnapshot.setDeserializeMainFunction(() => run(process.argv.slice(2)))`
}

/** With none of the files of the directory in which it is run taken for settings or code of Bun's. */
function compiledByBun(root: string, directory: string, bun: string): Runtime {
  const [entry, program] = [join(directory, 'bun.cjs'), join(directory, 'bun')]
  const start = join(root, 'dist', 'start.cjs')
  writeFileSync(
    entry,
    `require(${JSON.stringify(start)}).start(process.argv.slice(2), ${JSON.stringify(root)}).then(ran => process.exitCode ||= ran ? 0 : 1)`,
  )
  const ignore = ['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig']
  run(bun, ['build', '--compile', '--bytecode', '--minify', ...ignore, entry, '--outfile', program])
  return { name: `Bun executable, ${megabytes(program)} MB`, program, args: [] }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
}

const megabytes = (file: string): string => (statSync(file).size / 1e6).toFixed(0)
