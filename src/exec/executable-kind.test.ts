import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { executableKind } from './executable-kind.ts'

const root = mkdtempSync(join(tmpdir(), 'executable-kind-'))
after(() => rmSync(root, { recursive: true }))

let count = 0
function program(content: string | Buffer): string {
  const file = join(root, String(count++))
  writeFileSync(file, content)
  chmodSync(file, 0o755)
  return file
}

/** The beginning of a 64-bit little-endian ELF file with one program header. */
function elf({ machine = 62, type = 3, interpreter = '' } = {}): Buffer {
  const bytes = Buffer.alloc(64 + 56 + 4096)
  bytes.write('\x7fELF\x02\x01\x01', 'latin1')
  bytes.writeUInt16LE(type, 16)
  bytes.writeUInt16LE(machine, 18)
  bytes.writeBigUInt64LE(64n, 32)
  bytes.writeUInt16LE(56, 54)
  bytes.writeUInt16LE(1, 56)
  bytes.writeUInt32LE(interpreter === '' ? 1 : 3, 64)
  // Beyond what is read at first, as patched programs have it.
  bytes.writeBigUInt64LE(4196n, 64 + 8)
  bytes.writeBigUInt64LE(BigInt(interpreter.length + 1), 64 + 32)
  return Buffer.concat([bytes.subarray(0, 4196), Buffer.from(`${interpreter}\0`)])
}

function edited(bytes: Buffer, edit: (bytes: Buffer) => void): Buffer {
  edit(bytes)
  return bytes
}

const universal = Buffer.alloc(8 + 2 * 20)
universal.writeUInt32BE(0xcafebabe)
universal.writeUInt32BE(2, 4)
universal.writeUInt32BE(0x01000007, 8)
universal.writeUInt32BE(0x0100000c, 28)
const thin = Buffer.from('cffaedfe0c000001', 'hex')
const javaClass = Buffer.from('cafebabe00000041001d0a0006000f', 'hex')

describe('Linux', () => {
  const cases: readonly [string, string | Buffer, string][] = [
    ['a static binary', elf(), 'native'],
    ['a binary with a loader', elf({ interpreter: '/bin/sh' }), 'native'],
    ['a binary for another machine', elf({ machine: 183 }), 'unknown'],
    ['an object file', elf({ type: 1 }), 'unknown'],
    ['a 32-bit binary', edited(elf(), bytes => bytes.writeUInt8(1, 4)), 'unknown'],
    ['headers outside of the file', edited(elf(), bytes => bytes.writeBigUInt64LE(2n ** 63n, 32)), 'unknown'],
    ['a Windows program', Buffer.from('MZ\x90\0\x03'), 'unknown'],
    ['a text', 'echo hello\n', 'shell-script'],
    ['an empty file', '', 'shell-script'],
    ['#! alone', '#!\necho', 'shell-script'],
  ]
  for (const [name, content, expected] of cases) {
    test(name, () => assert.equal(executableKind(program(content), 'linux', 'x64'), expected))
  }
})

describe('macOS', () => {
  const cases: readonly [string, Buffer, NodeJS.Architecture, string][] = [
    ['its own binary', thin, 'arm64', 'native'],
    ['a binary for Rosetta', Buffer.from('cffaedfe07000001', 'hex'), 'arm64', 'unknown'],
    ['a universal binary', universal, 'arm64', 'native'],
    ['a universal binary', universal, 'x64', 'native'],
    ['a Java class', javaClass, 'x64', 'unknown'],
  ]
  for (const [name, content, arch, expected] of cases) {
    test(`${name}, ${arch}`, () => assert.equal(executableKind(program(content), 'darwin', arch), expected))
  }
})

describe('here', { skip: process.platform === 'win32' }, () => {
  test('Node itself', () => assert.equal(executableKind(process.execPath), 'native'))
  test('a script of sh', () => assert.equal(executableKind(program('#! /bin/sh -e\nexit 0\n')), 'native'))
  test('a script of env', () => assert.equal(executableKind(program('#!/usr/bin/env sh')), 'native'))
  test('a script of a script', () => {
    assert.equal(executableKind(program(`#!${program('#!/bin/sh\n')}\n`)), 'unknown')
  })
  test('a file that is not there', () => assert.equal(executableKind(join(root, 'missing')), 'unknown'))
  test('a directory', () => assert.equal(executableKind(root), 'unknown'))
})

describe('a missing interpreter', () => {
  const cases: readonly [string, string | Buffer, RegExp, RegExp][] = [
    ['of a script', '#!/no/such/python3 -u\n', /it needs \/no\/such\/python3,/, /install/],
    ['that is a directory', `#!${tmpdir()}\n`, /it needs .*, which is not there/, /install/],
    ['because of line ends', '#!/bin/sh\r\necho\r\n', /its first line, which names \/bin\/sh, ends like/, /^convert/],
    ['of a binary', elf({ interpreter: '/lib/ld-elsewhere.so.1' }), /it needs \/lib\/ld-elsewhere/, /for this system/],
  ]
  for (const [name, content, message, hint] of cases) {
    test(name, () => {
      assert.throws(
        () => executableKind(program(content), 'linux', 'x64'),
        error => {
          assert(isVaultError(error, 'ERR_EXEC_INTERPRETER'))
          assert.match(error.message, message)
          assert.match(error.hint ?? '', hint)
          assert.equal(error.facts.exitCode, 126)
          return true
        },
      )
    })
  }
})
