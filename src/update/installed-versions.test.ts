import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { InstalledVersions } from './installed-versions.ts'

it('a version of which the removal was interrupted is no version any more, and goes with the next sweep', async context => {
  const data = fs.mkdtempSync(join(tmpdir(), 'aws-vault-versions-'))
  context.after(() => fs.rmSync(data, { recursive: true }))
  const versions = new InstalledVersions(data, '1.0.0-abcdef0')
  for (const name of ['1.1.0-abcdef1', '1.2.0-abcdef2']) {
    fs.mkdirSync(join(versions.directory, name, 'bin'), { recursive: true })
    fs.writeFileSync(join(versions.directory, name, 'bin', 'start'), '')
  }
  const { mock } = context.mock.method(fs.promises, 'rm', async () => {
    throw new Error('killed')
  })
  syncBuiltinESMExports()
  await versions.keepOnly(['1.2.0-abcdef2'])
  assert.deepEqual(await versions.names(), ['1.2.0-abcdef2'])
  mock.restore()
  syncBuiltinESMExports()
  await versions.sweep()
  assert.deepEqual(fs.readdirSync(versions.directory), ['1.2.0-abcdef2'])
})
