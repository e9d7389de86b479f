import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setSsoScene } from '../../support/sso-scene.ts'

it('lists accounts and roles of all pages, and logs in if need be', async () => {
  await using scene = await setSsoScene()
  const { stdout } = await scene.sandbox.ok(['sso', 'list'], { env: scene.browser })
  assert.equal(
    stdout,
    `Account       Name         Role
=======       ====         ====
333333333333  Archive      Reader
111111111111  Development  Admin
111111111111  Development  Ops
111111111111  Development  Reader
222222222222  Production   Reader
`,
  )
  const json = JSON.parse((await scene.sandbox.ok(['sso', 'list', 'dev', '--json'])).stdout)
  assert.equal(json.length, 5)
  assert.deepEqual(json[0], {
    accountId: '333333333333',
    accountName: 'Archive',
    accountEmail: '333333333333@example.com',
    roleName: 'Reader',
  })
  assert.equal(scene.opened().length, 1)
})
