#!/usr/bin/env -S node --conditions=@aws-vault/source
// Runs the sources as they are, without a build. For developers; users start run.js.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { start } from '../src/start.ts'

const root = join(import.meta.dirname, '..')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const argv = process.argv.slice(2)
if (!(await start(argv, root, packageJson))) {
  const { run } = await import('../src/oclif.ts')
  await run(argv, root, packageJson)
}
