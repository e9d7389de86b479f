import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configPath } from './config-path.ts'

test('the config file is the one that AWS_CONFIG_FILE names, else ~/.aws/config', () => {
  assert.equal(configPath(undefined, '/home/a'), '/home/a/.aws/config')
  assert.equal(configPath('', '/home/a'), '/home/a/.aws/config')
  assert.equal(configPath('/etc/aws', '/home/a'), '/etc/aws')
  assert.equal(configPath('here', '/home/a'), 'here')
  assert.equal(configPath('~/my/config', '/home/a'), '/home/a/my/config')
  assert.equal(configPath('~other/config', '/home/a'), '~other/config')
})
