import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import provider from '../src/index.ts'

const directory = mkdtempSync(join(tmpdir(), '{{name}}-'))
after(() => rmSync(directory, { recursive: true }))

// Examples of AWS's documentation. The suite sees to it that no log and no error holds them.
const keys = { accessKeyId: 'ASIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' }
const session = { ...keys, sessionToken: 'FwoGZXIvYXdzEXAMPLETOKEN', expiration: '2100-01-01T00:00:00Z' }

/** A step of a profile whose file has this text. */
function step(text: string) {
  const file = join(directory, crypto.randomUUID())
  writeFileSync(file, text)
  return stepOf(file)
}
const stepOf = (file: string) => ({ provider: '{{name}}', profile: 'work', parameters: { '{{key}}_file': file } })

testProvider({
  name: '{{name}}',
  provider,
  secrets: [session.secretAccessKey, session.sessionToken],
  succeeds: [
    {
      name: 'a session',
      step: step(JSON.stringify(session)),
      expect: ({ expiration }) => assert.deepEqual(expiration, new Date(session.expiration)),
    },
    { name: 'long-lived keys', step: step(JSON.stringify(keys)) },
  ],
  fails: [
    { name: 'no file', step: stepOf(join(directory, 'absent')), code: 'ERR_{{CODE}}_READ' },
    { name: 'no JSON', step: step(session.secretAccessKey), code: 'ERR_{{CODE}}_CONTENT' },
    { name: 'no keys', step: step('{}'), code: 'ERR_{{CODE}}_CONTENT' },
    {
      name: 'a session without an end',
      step: step(JSON.stringify({ ...session, expiration: undefined })),
      code: 'ERR_{{CODE}}_CONTENT',
    },
    {
      name: 'a session of the past',
      step: step(JSON.stringify({ ...session, expiration: '2001-01-01T00:00:00Z' })),
      code: 'ERR_{{CODE}}_CONTENT',
    },
  ],
})
