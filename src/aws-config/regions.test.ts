import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { REGIONS } from './regions.ts'

const root = join(import.meta.dirname, '..', '..')

test('every region that the AWS SDK knows is known', () => {
  const files = globSync('node_modules/@aws-sdk/**/dist-es/**/aws/partitions.js', { cwd: root })
  const text = files.map(file => readFileSync(join(root, file), 'utf8')).join('\n')
  const theirs = new Set(
    [...text.matchAll(/["']?\b([a-z]{2,4}(?:-[a-z]+)+-\d)\b["']?:/g)].map(([, region = '']) => region),
  )
  assert.ok(theirs.size > 30, 'the list of the SDK was not found')
  assert.deepEqual(
    [...theirs].filter(region => !REGIONS.has(region)),
    [],
  )
})
