import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Container } from './container.ts'
import { Redactor } from './output/redactor.ts'

function withContainer(run: (container: Container, home: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const home = mkdtempSync(join(tmpdir(), 'aws-vault-container-'))
    const container = new Container({
      environment: { AWS_CONFIG_FILE: join(home, 'config') },
      platform: process.platform,
      homeDirectory: home,
      directories: { config: home, data: home, cache: home },
      installed: { parts: [], problems: [], haveHooks: false },
      flags: {},
      redactor: new Redactor(),
      debug: false,
    })
    try {
      await run(container, home)
    } finally {
      await container.dispose()
      rmSync(home, { recursive: true })
    }
  }
}

test(
  'nobody is asked in a task that must not ask, while others are',
  withContainer(async container => {
    container.askInstead(async ({ message }) => `answer to ${message}`)
    const question = { message: 'which', secret: false }
    const { ask, desk } = container.callContext()
    const [silent, loud, watched, browses] = await Promise.all([
      container.withoutAsking(async () => {
        await new Promise(setImmediate)
        return ask(question).catch(error => error.code)
      }),
      ask(question),
      container.withoutAsking(() => desk.isWatched()),
      container.withoutAsking(() => desk.canBrowse()),
    ])
    assert.deepEqual([silent, loud], ['ERR_PROMPT_UNAVAILABLE', 'answer to which'])
    assert.deepEqual([watched, browses], [false, false])
  }),
)

test(
  'the config of now is the same object until somebody edits it, in place or by another file',
  withContainer((container, home) => {
    const file = join(home, 'config')
    const none = container.currentAwsConfig()
    assert.equal(container.currentAwsConfig(), none)
    writeFileSync(file, '[profile a]\nregion=x\n')
    const first = container.currentAwsConfig()
    assert.notEqual(first, none)
    assert.equal(container.currentAwsConfig(), first)
    assert.equal(container.awsConfig(), first)
    // The same size: by the time alone.
    writeFileSync(file, '[profile b]\nregion=x\n')
    utimesSync(file, 1, 1)
    const second = container.currentAwsConfig()
    assert.notEqual(second, first)
    // The same size and time: by the file alone.
    writeFileSync(`${file}.new`, '[profile c]\nregion=x\n')
    utimesSync(`${file}.new`, 1, 1)
    renameSync(`${file}.new`, file)
    assert.notEqual(container.currentAwsConfig(), second)
  }),
)
