import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { findProgram, type ProgramSearch, programCandidates } from './find-program.ts'

const root = mkdtempSync(join(tmpdir(), 'find-program-'))
after(() => rmSync(root, { recursive: true }))

for (const directory of ['first', 'second', 'here', 'second/folder', 'here/bin']) mkdirSync(join(root, directory))
writeFileSync(join(root, 'first/data'), '')
for (const program of ['second/data', 'second/tool', 'here/local', 'here/bin/tool']) {
  writeFileSync(join(root, program), '')
  chmodSync(join(root, program), 0o755)
}
writeFileSync(join(root, 'second/plain'), '')
symlinkSync(join(root, 'second/tool'), join(root, 'second/link'))
symlinkSync(join(root, 'second/loop'), join(root, 'second/loop'))
symlinkSync(join(root, 'second/folder'), join(root, 'here/elsewhere'))

function search(path: string, cwd = 'here'): ProgramSearch {
  return { path: path.replaceAll('@', `${root}/`), cwd: join(root, cwd), platform: 'linux' }
}

describe('finds', () => {
  const cases: readonly [name: string, path: string, expected: string][] = [
    ['tool', '@first:@second', 'second/tool'],
    ['tool', '@missing:@first/data:@second', 'second/tool'],
    ['data', '@first:@second', 'second/data'],
    ['link', '@second', 'second/link'],
    ['./local', '', 'here/./local'],
    ['../second/tool', '', 'here/../second/tool'],
    ['elsewhere/../tool', '', 'here/elsewhere/../tool'],
    ['local', '.', 'here/./local'],
    ['tool', 'bin:@second', 'here/bin/tool'],
  ]
  for (const [name, path, expected] of cases) {
    test(`${name} in "${path}"`, () => assert.equal(findProgram(name, search(path)), `${root}/${expected}`))
  }

  test('an absolute path', () => assert.equal(findProgram(`${root}/second/tool`, search('')), `${root}/second/tool`))
  test('sh without PATH', () =>
    assert.match(findProgram('sh', { ...search(''), path: undefined }), /^(\/usr)?\/bin\/sh$/))
})

describe('refuses', () => {
  const cases: readonly [name: string, path: string, code: number, message: RegExp, hint: RegExp | undefined][] = [
    ['missing', '@first:@second', 127, /"missing"/, /spelling/],
    ['', '@second', 127, /""/, /spelling/],
    ['tool -v', '@second', 127, /"tool -v"/, /-- tool -v$/],
    ['local', '@second', 127, /"local"/, /type \.\/local$/],
    ['local', ':@second:', 127, /"local"/, /type \.\/local$/],
    ['folder', '@second', 127, /"folder"/, /spelling/],
    ['loop', '@second', 127, /"loop"/, /spelling/],
    ['./missing', '@second', 127, /"\.\/missing"/, /current directory is .*here$/],
    ['../second/tool/x', '@second', 127, /tool\/x"/, /check the path/],
    ['plain', '@second', 126, /second\/plain is not executable$/, /^make it executable: chmod \+x .*second\/plain$/],
    ['../second/plain', '', 126, /is not executable$/, /chmod/],
    ['../second/folder', '', 126, /is a directory$/, undefined],
  ]
  for (const [name, path, exitCode, message, hint] of cases) {
    test(`${name} in "${path}"`, () => {
      assert.throws(
        () => findProgram(name, search(path)),
        error => {
          assert(isVaultError(error, exitCode === 127 ? 'ERR_EXEC_NOT_FOUND' : 'ERR_EXEC_NOT_EXECUTABLE'))
          assert.equal(error.facts.exitCode, exitCode)
          assert.equal(error.facts.program, name)
          assert.match(error.message, message)
          if (hint === undefined) assert.equal(error.hint, undefined)
          else assert.match(error.hint ?? '', hint)
          return true
        },
      )
    })
  }
})

describe('on Windows', () => {
  const windows = (path: string): ProgramSearch => ({ path, cwd: 'C:\\work', platform: 'win32', pathExt: '.EXE;.CMD' })
  const cases: readonly [name: string, path: string, expected: string[]][] = [
    ['aws', 'C:\\a;D:\\b', ['C:\\a\\aws.EXE', 'C:\\a\\aws.CMD', 'D:\\b\\aws.EXE', 'D:\\b\\aws.CMD']],
    ['aws.exe', 'C:\\a', ['C:\\a\\aws.exe', 'C:\\a\\aws.exe.EXE', 'C:\\a\\aws.exe.CMD']],
    ['aws', '"C:\\a;b";C:\\c', ['C:\\a;b\\aws.EXE', 'C:\\a;b\\aws.CMD', 'C:\\c\\aws.EXE', 'C:\\c\\aws.CMD']],
    ['aws', ';.;bin;', []],
    ['.\\aws', 'C:\\a', ['C:\\work\\aws.EXE', 'C:\\work\\aws.CMD']],
    ['bin/aws', 'C:\\a', ['C:\\work\\bin\\aws.EXE', 'C:\\work\\bin\\aws.CMD']],
    ['D:\\x\\aws.exe', '', ['D:\\x\\aws.exe', 'D:\\x\\aws.exe.EXE', 'D:\\x\\aws.exe.CMD']],
  ]
  for (const [name, path, expected] of cases) {
    test(`${name} in ${path}`, () => assert.deepEqual(programCandidates(name, windows(path)), expected))
  }
})
