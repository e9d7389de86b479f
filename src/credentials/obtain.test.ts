import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { VaultError } from '@aws-vault/plugin-sdk'
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

/** A container for a home with that config. */
function containerIn(home: string, config: string): Container {
  writeFileSync(join(home, 'config'), config)
  return new Container({
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
}

it('a person is asked at each renewal of a guarded profile, with who asks, and a no is one for that time', async () => {
  const home = mkdtempSync(join(tmpdir(), 'obtain-'))
  writeFileSync(join(home, 'credentials.json'), credentials)
  const container = containerIn(
    home,
    `[profile work]\nvault_confirm = always\ncredential_process = cat "${join(home, 'credentials.json')}"\n`,
  )
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

for (const code of ['ERR_KEYRING_DISMISSED', 'ERR_KEYRING_LOCKED', 'ERR_PROMPT_CANCELLED']) {
  it(`a keyring that does not tell whether it is locked is not read silently after ${code}`, async () => {
    const home = mkdtempSync(join(tmpdir(), 'obtain-'))
    const container = containerIn(home, '[profile work]\nregion = eu-west-1\n')
    let windows = 0
    const dismissed = async () => {
      windows++
      throw new VaultError(code, 'its window was closed')
    }
    const keystore = { part: { name: 'odd' }, implementation: {}, context: {} }
    const vault = {
      identity: 'odd',
      credentials: { list: async () => ['work'], isBeingRotated: async () => false, get: dismissed },
      sessions: { find: dismissed },
    }
    Object.assign(container, { keystore: async () => keystore, vault: async () => vault })
    try {
      const { obtain, obtainSilently } = await prepareObtaining(container, 'work', {})
      await assert.rejects(obtain(), { code })
      const before = windows
      assert.ok(before > 0)
      await assert.rejects(obtainSilently(), { code: 'ERR_KEYRING_LOCKED', message: 'the keyring "odd" is locked' })
      assert.equal(windows, before)
    } finally {
      await container.dispose()
      rmSync(home, { recursive: true })
    }
  })
}
