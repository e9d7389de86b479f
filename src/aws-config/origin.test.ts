import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeOrigin } from './origin.ts'

test('every origin can be said in words', () => {
  assert.equal(
    describeOrigin({ kind: 'file', file: '/home/a/.aws/config', line: 12, section: 'profile dev' }),
    '/home/a/.aws/config:12 [profile dev]',
  )
  assert.equal(describeOrigin({ kind: 'environment', variable: 'AWS_REGION' }), 'environment variable AWS_REGION')
  assert.equal(describeOrigin({ kind: 'flag', flag: 'duration' }), 'flag --duration')
  assert.equal(
    describeOrigin({ kind: 'settings', file: '/home/a/settings.ini', name: 'prompt' }),
    'setting "prompt" in /home/a/settings.ini',
  )
  assert.equal(describeOrigin({ kind: 'default' }), 'built-in default')
})
