import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setScene } from '../../support/scene.ts'

const shout = join(import.meta.dirname, '..', '..', 'fixtures', 'plugins', 'exposure-shout')
const settings = '.config/aws-vault/settings.ini'

describe('plugins use', () => {
  test('puts a part of a plugin in the place of a built-in one, and takes it away again', async () => {
    await using scene = await setScene()
    const { sandbox, aws } = scene
    await sandbox.ok(['plugins', 'link', shout])
    const accessKeyId = await sandbox.accessKeyIdUnder(['work'])
    assert.equal(accessKeyId, aws.calls[0]?.issued, 'installing it changes nothing')

    const { stdout } = await sandbox.ok(['plugins', 'use', 'exposure', 'env=aws-vault-exposure-shout'])
    assert.equal(stdout, 'The exposure "env" comes from aws-vault-exposure-shout 1.2.3 from now on.\n')
    const shouted = await sandbox.environmentUnder(['work', '--env-prefix', 'hello'])
    assert.equal(shouted.SHOUT, `HELLO WORK ${accessKeyId}`)
    assert.equal(shouted.AWS_ACCESS_KEY_ID, undefined)
    const byVariable = await sandbox.environmentUnder(['work'], { env: { SHOUT_PREFIX: 'oh' } })
    assert.equal(byVariable.SHOUT, `OH WORK ${accessKeyId}`)

    await sandbox.ok(['plugins', 'use', 'exposure', 'env=built-in'])
    const back = await sandbox.environmentUnder(['work'])
    assert.deepEqual([back.AWS_ACCESS_KEY_ID, back.SHOUT], [accessKeyId, undefined])
  })

  test('leaves everything else in the settings file as it is', async () => {
    await using scene = await setScene({ keys: [] })
    const { sandbox } = scene
    await sandbox.ok(['plugins', 'link', shout])
    const before = '; mine\r\nduration = 2h\r\n\r\n[use.keyrings]\r\nfile = built-in\r\n'
    sandbox.write(settings, before)
    await sandbox.ok(['plugins', 'use', 'exposure', 'env=aws-vault-exposure-shout'])
    assert.equal(sandbox.read(settings), `${before}\r\n[use.exposures]\r\nenv = aws-vault-exposure-shout\r\n`)
    await sandbox.ok(['plugins', 'use', 'exposure', 'env=built-in'])
    assert.match(sandbox.read(settings), /^; mine\r\nduration = 2h\r\n\r\n\[use\.keyrings\]\r\nfile = built-in\r\n/)
    assert.doesNotMatch(sandbox.read(settings), /shout/)
  })

  test('a package that contributes no such part is refused, and nothing is written', async () => {
    await using scene = await setScene({ keys: [] })
    const { sandbox } = scene
    await sandbox.ok(['plugins', 'link', shout])
    for (const choice of ['env=@nobody/plugin', 'smoke-signals=aws-vault-exposure-shout', 'env=']) {
      const { stderr } = await sandbox.fails(['plugins', 'use', 'exposure', choice], choice === 'env=' ? 2 : 1)
      assert.match(stderr, /hint: .*aws-vault plugins use exposure/)
    }
    await sandbox.fails(['plugins', 'use', 'wallet', 'env=x'], 2)
    assert.throws(() => sandbox.read(settings), { code: 'ENOENT' })
  })

  test('a chosen plugin that is gone is named, with the way back, and stops only what needs it', async () => {
    await using scene = await setScene()
    const { sandbox } = scene
    sandbox.write(settings, '[use.exposures]\nenv = @acme/gone\n')
    const { stderr } = await sandbox.fails(['exec', 'work', 'true'])
    assert.match(stderr, /exposure "env" .*@acme\/gone[\s\S]*hint: .*aws-vault plugins use exposure env=built-in/)
    await sandbox.ok(['export', 'work'])
    await sandbox.ok(['plugins', 'use', 'exposure', 'env=built-in'])
    await sandbox.ok(['exec', 'work', 'true'])
  })
})
