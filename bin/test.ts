/**
 * Builds and runs every check and every test, fast ones first, and ends with a line `N passed, N failed`.
 * `npm test -- PATH ...` runs only the test files under these paths.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const root = join(import.meta.dirname, '..')
const only = process.argv.slice(2)
let passed = 0
let failed = 0
const skipped: string[] = []

check('build', [process.execPath, '--conditions=@aws-vault/source', 'bin/build.ts'])
if (only.length === 0) {
  check('types', [process.execPath, 'node_modules/typescript/bin/tsc', '-p', '.'])
  check('format and lint', [process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings'])
}
const groups = [
  [
    'src/**/*.test.ts',
    'plugins/*/{src,test}/**/*.test.ts',
    'docs/examples/*/test/*.test.ts',
    'test/local-aws/*.test.ts',
  ],
  ['test/**/*.test.ts'],
]
const seen = new Set<string>()
for (const patterns of groups) {
  const files = patterns
    .flatMap(pattern => globSync(pattern, { cwd: root, exclude: ['**/node_modules/**'] }))
    .filter(file => !seen.has(file) && (only.length === 0 || only.some(path => file.startsWith(path))))
    .sort()
  for (const file of files) seen.add(file)
  if (files.length > 0) await runTests(files)
}
for (const line of skipped) say(`skipped: ${line}`)
say(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

function check(name: string, [command = '', ...args]: string[]): void {
  say(`${name} ...`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status === 0) {
    passed++
  } else {
    failed++
    say(`${name} failed`)
    if (name === 'build') process.exit(1)
  }
}

async function runTests(files: string[]): Promise<void> {
  const stream = run({
    files: files.map(file => join(root, file)),
    concurrency: 2,
    execArgv: ['--conditions=@aws-vault/source'],
  })
  stream.on('test:pass', ({ skip, name, details, nesting }) => {
    if (details.type === 'suite') return
    if (skip !== undefined) skipped.push(`${name} (${skip === true ? 'no reason given' : skip})`)
    else if (!isFile(name, nesting)) passed++
  })
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') failed++
  })
  for await (const chunk of stream.compose(new spec())) process.stdout.write(chunk)
}

/** Node reports each file as a test around its tests. */
function isFile(name: string, nesting: number): boolean {
  return nesting === 0 && name.startsWith(root)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
