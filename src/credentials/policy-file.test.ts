import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { readPolicyFile } from './policy-file.ts'

it('reads a policy from a file', context => {
  const directory = mkdtempSync(join(tmpdir(), 'aws-vault-test-'))
  context.after(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'policy.json')
  writeFileSync(file, ' { "Statement" : [ ] } ')
  assert.equal(readPolicyFile(file), '{"Statement":[]}')
  for (const missing of [directory, join(directory, 'other')]) {
    assert.throws(() => readPolicyFile(missing), { code: 'ERR_POLICY_READ' })
  }
})

it('does not read what has no end to its end', { skip: process.platform === 'win32' && 'no such device' }, () => {
  assert.throws(() => readPolicyFile('/dev/zero'), { code: 'ERR_POLICY_CONTENT' })
})
