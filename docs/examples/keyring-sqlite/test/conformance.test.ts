import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'

const passphrase = 'correct horse battery staple'

for (const [how, given, answers] of [
  ['given', { passphrase }, []],
  ['asked for', {}, [passphrase, passphrase]],
] as const) {
  testKeyring({
    name: `sqlite, passphrase ${how}`,
    backend,
    module: import.meta.resolve('../src/index.ts'),
    async makeStore() {
      const parent = mkdtempSync(join(tmpdir(), 'sqlite-'))
      const file = join(parent, 'items.db')
      return {
        options: { ...given, file },
        answers,
        lock: async () => ({ options: { file, passphrase: 'another one' }, undo: async () => {} }),
        deny: async () => {
          chmodSync(file, 0)
          return { undo: async () => chmodSync(file, 0o600) }
        },
        dispose: async () => rmSync(parent, { recursive: true, force: true }),
      }
    },
    troubles: process.getuid?.() ? ['lock', 'deny'] : ['lock'],
  })
}
