import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { builtInIndex, indexFile } from '../../bin/generate-index.ts'
import { manifest, manifestFile } from '../../bin/generate-manifest.ts'
import { aliases, commands } from '../../src/commands/index.ts'
import { COMMANDS } from '../../src/oclif.ts'

const root = join(import.meta.dirname, '..', '..')
const files = globSync('src/commands/**/*.ts', { cwd: root })
  .map(file => file.slice('src/commands/'.length, -'.ts'.length).replaceAll('/', ':'))
  .filter(id => id !== 'index')
  .sort()

describe('what is generated is fresh (npm run build)', () => {
  it('the index of built-in parts', () => assert.equal(readFileSync(indexFile, 'utf8'), builtInIndex()))
  it('the manifest', async () => assert.equal(readFileSync(manifestFile, 'utf8'), await manifest()))
})

describe('every command', () => {
  it('is known to oclif by its path', () => assert.deepEqual(Object.keys(COMMANDS).sort(), files))
  it('of the top level is known to the quick way in', () => {
    assert.deepEqual(
      Object.keys(commands).sort(),
      files.filter(id => !id.includes(':')),
    )
  })
  it('has the aliases that the quick way in knows', () => {
    const declared = Object.entries(COMMANDS).flatMap(([id, { aliases }]) => aliases.map(alias => [alias, id]))
    assert.deepEqual(Object.fromEntries(declared), aliases)
  })
  it('stays small: parse, ask the container, print', () => {
    const long = globSync('src/commands/**/*.ts', { cwd: root }).filter(
      file => readFileSync(join(root, file), 'utf8').split('\n').length > 121,
    )
    assert.deepEqual(
      long.map(file => basename(file)),
      [],
    )
  })
})
