/** Which prompt asks, with the real program and real windows. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Desktop } from '../plugins/prompt-desktop/test/desktop.ts'
import { ALICE_MFA, setScene } from './support/scene.ts'

const config = `[profile work]
region = eu-west-1
mfa_serial = ${ALICE_MFA}
vault_confirm = session
`

describe('without a terminal', { skip: Desktop.missing('zenity') }, () => {
  it('asks in a window where there is a screen, says so, and takes a no for an end', async () => {
    await using desktop = await Desktop.start()
    await using scene = await setScene({ config })
    const person = desktop.desk({ reads: 'gtk', yes: ['', 'alt+y'] })
    const running = scene.sandbox.start(['exec', 'work', '--', 'true'], {
      env: { ...desktop.env, HOME: scene.sandbox.home },
    })
    assert.match(
      (await person.seesQuestion()) ?? '',
      /Hand out credentials of profile "work" to true \(asked for by node\), and to whoever/,
    )
    await person.decides(false)
    const { code, stderr } = await running.ended
    assert.equal(code, 1)
    assert.match(stderr, /asking by zenity: there is no terminal to ask on/)
    assert.match(stderr, /nobody agreed/)
    assert.deepEqual(scene.calls(), [])
  })

  it('fails where there is none, and says what to do', async () => {
    await using scene = await setScene({ config: `[profile work]\nregion = eu-west-1\nmfa_serial = ${ALICE_MFA}\n` })
    const { stderr } = await scene.sandbox.fails(['exec', 'work', '--', 'true'])
    assert.match(stderr, /there is no terminal to ask on/)
    assert.match(stderr, /--mfa-token/)
  })
})

describe('--prompt ykman', { skip: process.platform === 'win32' && 'needs a shell' }, () => {
  it('gives the MFA code, and leaves other questions to others', async () => {
    await using scene = await setScene({ config })
    const { sandbox, aws } = scene
    const code = aws.mfaCode(ALICE_MFA)
    sandbox.script('bin/ykman', `#!/bin/sh\nprintf '%s ' "$@" > "$HOME/told"\necho ${code}\n`)
    const env = { PATH: `${sandbox.path('bin')}:${sandbox.env.PATH}`, AWS_VAULT_PROMPT: 'ykman' }
    const { stderr } = await sandbox.fails(['exec', 'work', '--', 'true'], 1, { env })
    assert.match(stderr, /is guarded \(vault_confirm\), and nobody can be asked/)
    sandbox.config(config.replace('vault_confirm = session', ''))
    await sandbox.ok(['exec', 'work', '--', 'true'], { env })
    assert.equal(sandbox.read('told'), `oath accounts code --single -- ${ALICE_MFA} `)
    assert.deepEqual(scene.calls(), ['GetSessionToken by alice'])
  })
})
