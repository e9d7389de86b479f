import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { batchCommand } from './batch-command.ts'

const cases: readonly [argument: string, quoted: string][] = [
  ['plain', '"plain"'],
  ['', '""'],
  ['two words', '"two words"'],
  ['a"b', '"a""b"'],
  ['C:\\dir\\', '"C:\\dir\\\\"'],
  ['C:\\dir\\file', '"C:\\dir\\file"'],
  ['\\"', '"\\\\"""'],
  ['a & calc | x > y ^ (z)', '"a & calc | x > y ^ (z)"'],
  ['%PATH%', '"%%cd:~,%PATH%%cd:~,%"'],
]

for (const [argument, quoted] of cases) {
  test(`${JSON.stringify(argument)} is written ${quoted}`, () => {
    assert.deepEqual(batchCommand('C:\\npm.cmd', [argument]), [
      '/e:ON',
      '/v:OFF',
      '/d',
      '/c',
      `""C:\\npm.cmd" ${quoted}"`,
    ])
  })
}

for (const argument of ['a\nb', 'a\rb', 'a\0b']) {
  test(`${JSON.stringify(argument)} is refused`, () => {
    assert.throws(
      () => batchCommand('C:\\npm.cmd', [argument]),
      error => isVaultError(error, 'ERR_EXEC_BATCH_ARGUMENT'),
    )
  })
}
