/** What `server start` prints, in the shells that people use. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { RUN } from '../support/sandbox.ts'
import { setServerScene } from './support/own-servers.ts'

const start = `'${process.execPath}' '${RUN}' server start work --detach`
const shown =
  'printenv AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_REGION; printenv AWS_PROFILE AWS_ACCESS_KEY_ID'

describe('eval of what server start prints', { timeout: 60_000 }, () => {
  for (const [shell, args] of [
    ['sh', ['-c', `eval "$(${start})"; ${shown}`]],
    ['bash', ['-c', `eval "$(${start})"; ${shown}`]],
    ['zsh', ['-f', '-c', `eval "$(${start})"; ${shown}`]],
    ['fish', ['--no-config', '-c', `${start} | source; ${shown}`]],
  ] as const) {
    test(`${shell}: leads its children to the server, and takes away what would win`, async () => {
      await using scene = await setServerScene()
      scene.sandbox.env.SHELL = `/usr/bin/${shell}`
      const env = { AWS_PROFILE: 'other', AWS_ACCESS_KEY_ID: 'AKIAOTHER' }
      const options = { env: scene.sandbox.environment(env), cwd: scene.sandbox.home, encoding: 'utf8' } as const
      // Not spawnSync: the AWS that is asked is this process.
      const { stdout, stderr } = await promisify(execFile)(shell, args, options).catch(error => error)
      assert.equal(stderr, '')
      const { environment } = await scene.reach('work')
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = environment
      assert.deepEqual(stdout.trimEnd().split('\n'), [uri, token, 'eu-west-1'])
    })
  }
})
