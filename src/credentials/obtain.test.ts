import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { Container } from '../container.ts'
import { Redactor } from '../output/redactor.ts'
import { prepareObtaining } from './obtain.ts'

const credentials = JSON.stringify({
  Version: 1,
  AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  SessionToken: 'token',
  Expiration: '2099-01-01T00:00:00Z',
})

it('a person is asked at each renewal of a guarded profile, with who asks, and a no is one for that time', async () => {
  const home = mkdtempSync(join(tmpdir(), 'obtain-'))
  writeFileSync(join(home, 'credentials.json'), credentials)
  writeFileSync(
    join(home, 'config'),
    `[profile work]\nvault_confirm = always\ncredential_process = cat "${join(home, 'credentials.json')}"\n`,
  )
  const container = new Container({
    environment: {
      PATH: process.env.PATH,
      AWS_CONFIG_FILE: join(home, 'config'),
      AWS_VAULT_BACKEND: 'file',
      AWS_VAULT_FILE_DIR: join(home, 'keys'),
      AWS_VAULT_FILE_PASSPHRASE: 'passphrase',
      AWS_VAULT_FILE_AGENT: 'off',
    },
    platform: process.platform,
    homeDirectory: home,
    directories: { config: join(home, 'c'), data: join(home, 'd'), cache: join(home, 'e') },
    installed: { parts: [], problems: [], haveHooks: false },
    flags: {},
    redactor: new Redactor(),
    debug: false,
  })
  try {
    const answers = ['y', 'n', 'yes']
    const questions: string[] = []
    container.askInstead(async ({ message }) => {
      questions.push(message)
      return answers.shift() ?? ''
    })
    container.recipient = { action: 'exec', title: 'terraform', program: 'terraform' }
    const { obtain } = await prepareObtaining(container, 'work', {})
    assert.equal((await obtain()).accessKeyId, 'ASIAIOSFODNN7EXAMPLE')
    await assert.rejects(obtain(), { code: 'ERR_CONFIRM_REFUSED' })
    assert.equal((await obtain()).accessKeyId, 'ASIAIOSFODNN7EXAMPLE')
    assert.equal(questions.length, 3)
    for (const question of questions)
      assert.match(question, /^Hand out credentials of profile "work" to terraform( \(asked for by .+\))?\?$/)
  } finally {
    await container.dispose()
    rmSync(home, { recursive: true })
  }
})
