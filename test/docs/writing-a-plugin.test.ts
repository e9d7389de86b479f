/** What docs/writing-a-plugin.md says is done here, with its blocks as they stand. See test/plugin-life for the rest of it. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Exposure } from '@aws-vault/plugin-sdk'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import { COMMANDS } from '../../src/oclif.ts'
import { Sandbox } from '../support/sandbox.ts'

const root = join(import.meta.dirname, '..', '..')
const path = join(root, 'docs', 'writing-a-plugin.md')
const document = readFileSync(path, 'utf8')

/** The blocks of one language, in their order. */
const blocks = (language: string): string[] =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)

test('the first command makes the folder, and prints what stands beneath it', async () => {
  using sandbox = new Sandbox()
  const [create = '', next = ''] = blocks('sh')
  const [program, ...args] = create.trim().split(' ')
  assert.equal(program, 'aws-vault')
  const { stdout } = await sandbox.ok(args)
  const [, ...steps] = stdout.trimEnd().split('\n')
  assert.equal(steps.map(line => `${line.trim()}\n`).join(''), next)
  const [, table = ''] = document.split('## What is in the folder')
  const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, file = '']) => file)
  assert.ok(named.length >= 4)
  for (const file of named) assert.ok(existsSync(sandbox.path(`aws-vault-keyring-my-store/${file}`)), file)
})

test('the exposure that serves does so', async () => {
  using sandbox = new Sandbox()
  const [text = ''] = blocks('js').filter(block => block.includes('startLoopbackServer'))
  // Where the SDK is found as in a plugin.
  const sdk = pathToFileURL(join(root, 'plugins', 'sdk', 'dist', 'server.js')).href
  const file = sandbox.write('index.mjs', text.replace('@aws-vault/plugin-sdk/server', sdk))
  const exposure: Exposure = (await import(pathToFileURL(file).href)).default
  const keys = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', secretAccessKey: 'example', sessionToken: 't' }
  const source = { profile: 'work', current: async () => ({ ...keys, expiration: new Date('2100-01-01') }) }
  const { environment, close } = await exposure.expose(source, testContext())
  const headers = { Authorization: environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '' }
  const answer = await fetch(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '', { headers })
  assert.equal(((await answer.json()) as { AccessKeyId: string }).AccessKeyId, keys.accessKeyId)
  await close?.()
})

test('commands, links and modules that it names are there', () => {
  for (const [, command = ''] of document.matchAll(/aws-vault plugins (\w+)/g)) {
    const known = [
      'install',
      'update',
      'uninstall',
      'link',
      ...Object.keys(COMMANDS).map(id => id.replace('plugins:', '')),
    ]
    assert.ok(known.includes(command), command)
  }
  for (const [, link = ''] of document.matchAll(/\]\(([^)#]+)[^)]*\)/g))
    assert.ok(existsSync(join(dirname(path), link)), link)
  const { exports } = JSON.parse(readFileSync(join(root, 'plugins', 'sdk', 'package.json'), 'utf8'))
  for (const [, entry = ''] of document.matchAll(/@aws-vault\/plugin-sdk\/([a-z]+)`/g))
    assert.ok(exports[`./${entry}`], entry)
})

test('every sample plugin is named', () => {
  for (const name of readdirSync(join(root, 'docs', 'examples')))
    assert.ok(document.includes(`examples/${name}/`), name)
})
