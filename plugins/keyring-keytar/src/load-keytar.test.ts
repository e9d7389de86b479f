import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { explainFailure } from './load-keytar.ts'

describe('a keytar that cannot be loaded', () => {
  const rows: readonly [error: string, platform: NodeJS.Platform, message: RegExp, hint: RegExp][] = [
    [
      "Cannot find module 'keytar'\nRequire stack:",
      'linux',
      /^the optional package keytar is not installed$/,
      /libsecret-1-dev.*--backend file/,
    ],
    [
      "Cannot find module '../build/Release/keytar.node'",
      'linux',
      /without its native part/,
      /build-essential python3/,
    ],
    ["Cannot find module '../build/Release/keytar.node'", 'darwin', /without its native part/, /xcode-select/],
    ["Cannot find module '../build/Release/keytar.node'", 'win32', /without its native part/, /Visual Studio/],
    [
      'libsecret-1.so.0: cannot open shared object file: No such file or directory',
      'linux',
      /needs libsecret-1\.so\.0/,
      /libsecret-1-0/,
    ],
    [
      '/x/keytar.node: invalid ELF header\nmore',
      'linux',
      /cannot be loaded: \/x\/keytar\.node: invalid ELF header$/,
      /again/,
    ],
  ]
  for (const [error, platform, message, hint] of rows) {
    it(`${error.split('\n')[0]} (${platform})`, () => {
      const explained = explainFailure(error, platform)
      assert.match(explained.message, message)
      assert.match(explained.hint, hint)
    })
  }
})
