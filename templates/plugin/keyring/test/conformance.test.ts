import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'

testKeyring({
  name: '{{name}}',
  backend,
  module: import.meta.resolve('../src/index.ts'),
  async makeStore() {
    const parent = mkdtempSync(join(tmpdir(), '{{name}}-'))
    const dir = join(parent, 'items')
    return {
      options: { dir },
      // Add `lock` when there is a passphrase: the options or answers of somebody who does not know it.
      deny: async () => {
        chmodSync(dir, 0)
        return { undo: async () => chmodSync(dir, 0o700) }
      },
      dispose: async () => rmSync(parent, { recursive: true, force: true }),
    }
  },
  // Root may read everything, and Windows has no such modes.
  troubles: process.getuid?.() ? ['deny'] : [],
})
