import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Sandbox } from '../support/sandbox.ts'

const file = join(import.meta.dirname, '..', '..', 'docs', 'explain.md')
const doc = readFileSync(file, 'utf8')
const [, config = ''] = /```ini\n([\s\S]*?)```/.exec(doc) ?? []
const [, command = '', printed = ''] = /```console\n\$ aws-vault (.*)\n([\s\S]*?)```/.exec(doc) ?? []

/** A home in which nothing can be asked, called or decrypted: without a passphrase, with an AWS where nobody answers. */
async function setHome(): Promise<Sandbox> {
  const sandbox = new Sandbox()
  sandbox.config(config)
  await sandbox.add('work')
  sandbox.env.AWS_VAULT_FILE_PASSPHRASE = undefined as unknown as string
  return sandbox
}

describe('docs/explain.md', () => {
  test('shows what is printed (UPDATE_SNAPSHOTS=1 writes it anew)', async () => {
    using sandbox = await setHome()
    const { stdout, stderr } = await sandbox.ok(command.split(' '))
    assert.equal(stderr, '')
    if (process.env.UPDATE_SNAPSHOTS === '1') {
      const text = `$ aws-vault ${command}\n`
      writeFileSync(
        file,
        doc.replace(text + printed, () => text + stdout),
      )
    } else {
      assert.equal(stdout, printed)
    }
  })

  test('names every member that --json prints', async () => {
    using sandbox = await setHome()
    const { stdout } = await sandbox.ok([...command.split(' '), '--json'])
    const { steps, ...whole } = JSON.parse(stdout) as { steps: Record<string, object>[] }
    const objects = [
      whole,
      { steps },
      ...steps,
      ...steps.flatMap(({ cache, why }) => [cache ?? {}, (why as object[])[0] ?? {}]),
    ]
    const members = new Set(objects.flatMap(object => Object.keys(object)))
    assert.ok(members.has('minimumSeconds') && members.has('why'))
    for (const name of members) assert.match(doc, new RegExp(`\`${name}\``), `${name} is not documented`)
  })

  test('whatever is cached: a session changes the words, and nothing is written', async () => {
    using sandbox = await setHome()
    const name = (profile: string, type: string, serial = ''): string =>
      [type, profile, serial]
        .map((text, index) => (index === 0 ? text : Buffer.from(text).toString('base64url')))
        .join(',')
    const serial = 'arn:aws:iam::123456789012:mfa/alice'
    const inHour = Math.floor(Date.now() / 1000) + 3600
    for (const slot of [name('release', 'sts.AssumeRole'), name('work', 'sts.GetSessionToken', serial)]) {
      sandbox.write(`.awsvault/keys/${slot},${inHour}`, 'cannot be decrypted')
    }
    const before = sandbox.vaultFiles()
    const cached = (text: string): string[] =>
      [...text.matchAll(/^ {3}Cache: ([^,]*, [^ ]* session( with)?)/gm)].map(([, it = '']) => it)
    const explained = async (...flags: string[]) =>
      cached((await sandbox.ok(['exec', 'release', '--explain', ...flags])).stdout)
    const none = 'sts.AssumeRole, no session'
    const token = 'sts.GetSessionToken, a session with'
    assert.deepEqual(await explained(), [token, none, none, 'sts.AssumeRole, a session with'])
    assert.deepEqual(await explained('--read-only'), [token, none, none, 'sts.AssumeRole+policy, no session'])
    assert.deepEqual(sandbox.vaultFiles(), before)
  })
})

describe('--explain', () => {
  test('of export is the same, also inside of exec, and a plan that cannot be is refused', async () => {
    using sandbox = await setHome()
    const expected = await sandbox.ok(['exec', 'release', '--explain'])
    const env = { AWS_VAULT: 'work' }
    assert.deepEqual(await sandbox.ok(['export', 'release', '--explain'], { env }), expected)
    assert.match((await sandbox.fails(['exec', 'relaese', '--explain'])).stderr, /did you mean "release"/)
  })
})
