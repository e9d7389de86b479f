import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { Exposed } from '@aws-vault/plugin-sdk'
import { thisProcess } from '@aws-vault/plugin-sdk/process'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import exposure from '../src/index.ts'
import { makeTokenDirectory } from '../src/token-directory.ts'

const MINUTE = 60_000
const credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 's',
  sessionToken: 't',
  expiration: new Date('2100-01-01T00:00:00.999Z'),
}
const source = { profile: 'work', current: async () => credentials }

function homeOf(context: TestContext): string {
  const home = mkdtempSync(join(tmpdir(), 'aws-vault-eks-'))
  context.after(() => rmSync(home, { recursive: true, force: true }))
  return home
}

async function expose(context: TestContext): Promise<Exposed & { readonly file: string; readonly uri: string }> {
  const exposed = await exposure.expose(source, testContext({ runtimeDirectory: homeOf(context) }))
  context.after(() => exposed.close?.())
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file = '', AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '' } =
    exposed.environment
  return { ...exposed, file, uri }
}

/** The status of an answer to that token. */
const ask = (uri: string, token: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(uri, { headers: { Authorization: token }, agent: false }, answer => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end()
  })

describe('the token', () => {
  test('is in a private file, and nowhere in the environment', async context => {
    const { environment, file, uri } = await expose(context)
    const token = readFileSync(file, 'utf8')
    assert.match(token, /^[\w-]{43}$/, 'no line end, which an SDK would send')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(dirname(file)).mode & 0o777, 0o700)
    assert.ok(!JSON.stringify(environment).includes(token))
    assert.deepEqual(Object.keys(environment).sort(), [
      'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    ])
    assert.match(uri, /^http:\/\/127\.0\.0\.1:\d+\/v1\/credentials$/)
    assert.equal(await ask(uri, token), 200)
    assert.equal(await ask(uri, `${token}\n`.trim().slice(1)), 403)
  })

  test('changes every ten minutes; the one before is good for ten more, and no longer', async context => {
    context.mock.timers.enable({ apis: ['setInterval'] })
    const { file, uri } = await expose(context)
    const tokens = [readFileSync(file, 'utf8')]
    for (let round = 0; round < 3; round++) {
      context.mock.timers.tick(10 * MINUTE)
      tokens.push(readFileSync(file, 'utf8'))
    }
    assert.equal(new Set(tokens).size, 4)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(await Promise.all(tokens.map(token => ask(uri, token))), [403, 403, 200, 200])
  })

  test('stays good where the file cannot be written any more', async context => {
    context.mock.timers.enable({ apis: ['setInterval'] })
    const { file, uri } = await expose(context)
    const token = readFileSync(file, 'utf8')
    rmSync(dirname(file), { recursive: true })
    context.mock.timers.tick(30 * MINUTE)
    assert.equal(await ask(uri, token), 200)
  })

  test('goes with the server', async context => {
    const exposed = await expose(context)
    await exposed.close?.()
    assert.equal(existsSync(dirname(exposed.file)), false)
    await assert.rejects(ask(exposed.uri, 'x'), { code: 'ECONNREFUSED' })
  })

  test('goes also when the port is taken', async context => {
    const { uri } = await expose(context)
    const home = homeOf(context)
    const options = { port: Number(new URL(uri).port) }
    await assert.rejects(exposure.expose(source, testContext({ runtimeDirectory: home, options })), {
      code: 'ERR_SERVER_LISTEN',
    })
    assert.deepEqual(readdirSync(home), [])
  })
})

describe('what servers leave behind that are killed', () => {
  test('is removed by the next one where it is known to be dead; nothing else is touched', context => {
    const base = homeOf(context)
    const living = thisProcess()
    const old = new Date(Date.now() - 60 * MINUTE)
    const make = (name: string, owner?: unknown): void => {
      mkdirSync(join(base, name))
      writeFileSync(join(base, name, 'token'), 'dead')
      if (owner !== undefined) writeFileSync(join(base, name, 'owner'), JSON.stringify(owner))
      if (name.endsWith('old')) utimesSync(join(base, name), old, old)
    }
    make('eks-dead', { ...living, pid: spawnSync('true').pid })
    make('eks-number-taken', { ...living, processStart: 'another time' })
    make('eks-unsigned-old')
    make('eks-unsigned-new')
    make('eks-living-old', living)
    make('eks-elsewhere-old', { ...living, place: { ...living.place, host: 'laptop', boot: 'other' } })
    make('something-else-old', { ...living, processStart: 'another time' })
    const own = makeTokenDirectory(base, Date.now())
    const expected = ['eks-elsewhere-old', 'eks-living-old', 'eks-unsigned-new', basename(own), 'something-else-old']
    assert.deepEqual(readdirSync(base).sort(), expected.sort())
    assert.equal(statSync(own).mode & 0o777, 0o700)
  })

  test('a directory that cannot be made is named', context => {
    const base = join(homeOf(context), 'file')
    writeFileSync(base, '')
    assert.throws(() => makeTokenDirectory(base, 0), { code: 'ERR_SERVER_TOKEN_FILE' })
  })
})
