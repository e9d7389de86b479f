import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestStore, testKeyring } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'
import { makeDirectory } from './vault.ts'

const stores: Record<string, Omit<TestStore, 'dispose'>> = {
  'passphrase given': { options: { passphrase: 'correct horse battery staple' } },
  // Twice, for a vault that is new.
  'passphrase asked for': { options: {}, answers: ['pässwörd-✓', 'pässwörd-✓'] },
}

for (const [how, { options, ...rest }] of Object.entries(stores)) {
  testKeyring({
    name: `file, ${how}`,
    backend,
    module: import.meta.resolve('../src/index.ts'),
    async makeStore() {
      const { path, [Symbol.dispose]: remove } = makeDirectory()
      const dir = join(path, 'vault')
      const given = { ...options, dir, workFactor: 1000 }
      return {
        ...rest,
        options: given,
        lock: async () => ({ options: { ...given, passphrase: 'another one' }, undo: async () => {} }),
        deny: async () => {
          chmodSync(dir, 0)
          return { undo: async () => chmodSync(dir, 0o700) }
        },
        dispose: async () => remove(),
      }
    },
    // Root may do anything, and Windows has no such modes.
    troubles: process.getuid?.() ? ['lock', 'deny'] : ['lock'],
    deviations: tellsNamesApartByCase()
      ? []
      : [
          {
            reason: 'the file system does not tell them apart, and the names are those of the Go tool',
            cases: ['tells keys apart by case'],
          },
        ],
  })
}

function tellsNamesApartByCase(): boolean {
  using directory = makeDirectory()
  writeFileSync(join(directory.path, 'a'), '')
  return !existsSync(join(directory.path, 'A'))
}
