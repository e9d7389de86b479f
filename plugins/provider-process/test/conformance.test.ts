import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { CredentialStep } from '@aws-vault/plugin-sdk'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import provider from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), 'aws-vault-process-'))
after(() => rmSync(directory, { recursive: true }))

const secret = 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'
const token = 'FwoGZXIvYXdzEXAMPLETOKEN'
const least = { Version: 1, AccessKeyId: 'ASIAI44QH8DHBEXAMPLE', SecretAccessKey: secret }
const session = { ...least, SessionToken: token, Expiration: '2100-01-01T00:00:00Z' }

/** A command that runs a script of Node's: the same line of shell on every system. */
function node(script: string): string {
  const file = join(directory, `${crypto.randomUUID()}.cjs`)
  writeFileSync(file, script)
  return `"${process.execPath}" "${file}"`
}

const step = (command?: string): CredentialStep => ({
  provider: 'process',
  profile: 'dev',
  parameters: command === undefined ? {} : { command },
})
const prints = (output: unknown): CredentialStep => step(node(`console.log(${JSON.stringify(JSON.stringify(output))})`))

const begun = join(directory, 'begun')

testProvider({
  name: 'process',
  provider,
  secrets: [secret, token],
  succeeds: [
    {
      name: 'a session',
      step: prints(session),
      expect: ({ expiration }) => assert.deepEqual(expiration, new Date('2100-01-01T00:00:00Z')),
    },
    { name: 'keys that live for ever', step: prints(least) },
    {
      name: 'a session of which nobody says when it ends',
      step: prints({ ...session, Expiration: undefined }),
      endless: true,
    },
  ],
  fails: [
    { name: 'no command', step: step(), code: 'ERR_PROVIDER_PARAMETER' },
    { name: 'a command that is not there', step: step('./no-such-command-anywhere'), code: 'ERR_COMMAND_FAILED' },
    {
      name: 'a command that fails after it printed',
      step: step(node(`console.log(${JSON.stringify(JSON.stringify(session))}); process.exitCode = 3`)),
      code: 'ERR_COMMAND_FAILED',
    },
    { name: 'no JSON', step: step(node(`console.log('${secret}')`)), code: 'ERR_COMMAND_OUTPUT' },
    { name: 'another version', step: prints({ ...session, Version: 2 }), code: 'ERR_COMMAND_OUTPUT' },
    {
      name: 'a session of the past',
      step: prints({ ...session, Expiration: '2001-01-01T00:00:00Z' }),
      code: 'ERR_COMMAND_EXPIRED',
    },
  ],
  hangs: [
    {
      name: 'a command that does not end',
      step: step(node(`require('node:fs').writeFileSync(${JSON.stringify(begun)}, ''); setInterval(() => {}, 1000)`)),
      begun: () => exists('begun'),
    },
  ],
})

function exists(name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    if (existsSync(join(directory, name))) resolve()
  }
  const watcher = watch(directory, look)
  look()
  return promise.finally(() => watcher.close())
}
