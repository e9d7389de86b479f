/** MFA codes that fall due while a program is served: who has the terminal decides whether they are asked for there. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ALICE_MFA, setScene } from '../support/scene.ts'
import { Terminal } from '../support/terminal.ts'

const config = `[profile work]\nregion=eu-west-1\nmfa_serial=${ALICE_MFA}\n`

/** A client that says what it got: not the credentials, for they would stand on the screen. */
const client = `fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { Authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } })
  .then(async answer => console.log('got ' + answer.status + ' ' + ((await answer.json()).message ?? 'them')))
  .finally(() => process.exit())`

describe('in a terminal, with a server', { timeout: 60_000 }, () => {
  test('a program that leaves us in the foreground: the code is asked for there', async () => {
    await using scene = await setScene({ config })
    const script = scene.sandbox.write('client.cjs', client)
    using terminal = new Terminal(scene.sandbox, [
      'exec',
      'work',
      '--ecs-server',
      '--lazy',
      '--',
      process.execPath,
      script,
    ])
    await terminal.answer(/MFA code of .*: $/, `${scene.aws.mfaCode(ALICE_MFA)}\r`)
    await terminal.sees(/got 200 them/)
    assert.equal((await terminal.ended).code, 0)
  })

  test('a shell, which has the terminal for itself: nobody is asked nor stopped, and the client is told', async () => {
    await using scene = await setScene({ config })
    const script = scene.sandbox.write('client.cjs', client)
    const env = { PS1: 'ready> ' }
    const args = ['exec', 'work', '--ecs-server', '--lazy', '--', 'bash', '--norc', '--noprofile', '-i']
    using terminal = new Terminal(scene.sandbox, args, { env })
    await terminal.answer(/ready> $/, `'${process.execPath}' ${script}\r`)
    await terminal.sees(/got 403 aws-vault: MFA code of \S+ for profile work: the terminal is another program's now/)
    await terminal.answer(/ready> $/, 'exit 3\r')
    assert.equal((await terminal.ended).code, 3)
    assert.deepEqual(scene.calls(), [])
  })
})
