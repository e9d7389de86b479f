import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isVaultError, type PartContext } from '@aws-vault/plugin-sdk'
import { item, type TestContextOptions, testContext, textOf } from '@aws-vault/plugin-sdk/testkit'
import { AgentClient } from '../src/agent/client.ts'
import { serveKeys } from '../src/agent/serve.ts'
import backend from '../src/index.ts'
import { makeDirectory, openVault } from './vault.ts'

const skip = process.platform === 'win32' && 'Windows has keystores of its own'

/** Agents that run in this process, and a directory with a vault and one for sockets. */
class Scene implements AsyncDisposable {
  readonly #root = makeDirectory()
  readonly vault = join(this.#root.path, 'vault')
  readonly sockets = this.#root.path
  readonly agents: { readonly input: string; readonly ended: Promise<void> }[] = []
  readonly #end = new AbortController()
  readonly clock = testContext().clock

  /** A vault as a new process would open it. */
  async open(passphrase: string | undefined, options: TestContextOptions = {}) {
    return openVault(this.vault, passphrase, this.options(options))
  }

  options(options: TestContextOptions = {}): TestContextOptions {
    return {
      runtimeDirectory: this.sockets,
      startHelper: input => this.#startAgent(input),
      ...options,
      options: { agent: true, workFactor: 1000, ...options.options },
    }
  }

  context(options: TestContextOptions = {}): PartContext {
    const { options: given, ...rest } = this.options(options)
    return testContext({ ...rest, options: { dir: this.vault, ...given } })
  }

  async #startAgent(input: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const context = { ...testContext(), clock: this.clock, signal: this.#end.signal }
    const ended = backend.help?.(input, resolve, context) ?? Promise.reject(new Error('no helper'))
    this.agents.push({ input: Buffer.from(input).toString(), ended })
    await Promise.race([promise, ended])
  }

  /** Has the agents end. */
  end(): void {
    this.#end.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end()
    await Promise.all(this.agents.map(({ ended }) => ended))
    this.#root[Symbol.dispose]()
  }

  /** The header of an item's file. */
  header(key: string): { p2c: number; p2s: string } {
    return JSON.parse(
      Buffer.from(readFileSync(join(this.vault, key), 'utf8').split('.')[0] ?? '', 'base64url').toString(),
    )
  }

  get socket(): string {
    const [name = ''] = readdirSync(this.sockets).filter(it => it.endsWith('.sock'))
    return join(this.sockets, name)
  }
}

/** Fills a vault as a tool does that gives each item its own salt. */
async function fillWithoutAgent(scene: Scene, rounds: number, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    using elsewhere = makeDirectory()
    const vault = await openVault(elsewhere.path, 'p', { options: { workFactor: rounds } })
    await vault.set(item(key))
    mkdirSync(scene.vault, { recursive: true })
    writeFileSync(join(scene.vault, key), readFileSync(join(elsewhere.path, key)))
  }
}

describe('the agent', { skip }, () => {
  it('is started when the passphrase was typed, and spares it from then on', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev', 'prod')
    const first = await scene.open(undefined, { answers: ['p'] })
    assert.equal(textOf(await first.get('dev')), textOf(item('dev')))
    assert.equal(scene.agents.length, 1)

    const second = await scene.open(undefined)
    assert.equal(textOf(await second.get('prod')), textOf(item('prod')))
    await second.set(item('new', 'by the agent'))
    assert.equal(textOf(await (await scene.open(undefined)).get('new')), 'by the agent')
    assert.deepEqual(second.context.questions, [])
    assert.equal(textOf(await (await openVault(scene.vault, 'p')).get('new')), 'by the agent')
    assert.equal(scene.agents.length, 1)
  })

  it('gets the derived key, never the passphrase', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    const passphrase = 'p'
    const vault = await scene.open(undefined, { answers: [passphrase] })
    await vault.get('dev')
    const { wrappingKey, ...rest } = JSON.parse(scene.agents[0]?.input ?? '')
    assert.equal(Buffer.from(wrappingKey, 'base64').length, 16)
    assert.deepEqual(Object.keys(rest).sort(), ['derivation', 'idleSeconds', 'socket'])
  })

  it('makes all items ones that its key opens, and none weaker than it was', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'weak', 'weaker')
    await fillWithoutAgent(scene, 3000, 'strong')
    const vault = await scene.open(undefined, { answers: ['p'], options: { workFactor: 2000 } })
    await vault.get('weak')
    for (const key of ['weak', 'weaker', 'strong']) {
      assert.deepEqual(scene.header(key).p2c, 3000, key)
      assert.equal(textOf(await (await scene.open(undefined)).get(key)), textOf(item(key)))
    }
  })

  it('is not started for a passphrase from the environment that costs nothing to derive from', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await (await scene.open('p')).get('dev')
    assert.equal(scene.agents.length, 0)
    await (await scene.open('p', { options: { workFactor: 100_000 } })).get('dev')
    assert.equal(scene.agents.length, 1)
  })

  it('is not started where the user wants none', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    const options = { agent: false }
    await (await scene.open(undefined, { answers: ['p'], options })).get('dev')
    assert.deepEqual(await backend.unlock?.(scene.context({ options })), {
      nothing: 'no agent may keep it open (--no-file-agent)',
    })
    assert.equal(scene.agents.length, 0)
  })

  it('is started once by many at once', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    const vaults = await Promise.all(Array.from({ length: 8 }, () => scene.open(undefined, { answers: ['p'] })))
    await Promise.all(vaults.map(vault => vault.get('dev')))
    assert.equal(scene.agents.length, 1)
  })

  it('ends by lock, and the passphrase is asked for again', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    const unlocked = await backend.unlock?.(scene.context({ answers: ['p'] }))
    assert.equal(unlocked?.until, scene.clock.now() + 8 * 3600 * 1000)
    assert.equal((await backend.unlock?.(scene.context()))?.until, unlocked?.until)
    const { socket } = scene
    assert.equal(await backend.lock?.(scene.context()), true)
    await scene.agents[0]?.ended
    assert.equal(existsSync(socket), false)
    assert.equal(await backend.lock?.(scene.context()), false)
    await assert.rejects((await scene.open(undefined)).get('dev'), /unexpected question/)
  })

  it('that does not answer is waited for once, and lock says so', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev', 'prod')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    const { socket } = scene
    await backend.lock?.(scene.context())
    await scene.agents[0]?.ended
    let asked = 0
    const server = createServer(connection => {
      asked += 1
      connection.on('error', () => {}).resume()
    })
    await new Promise<void>(resolve => server.listen(socket, resolve))
    const vault = await openVault(scene.vault, 'p', scene.options())
    await vault.get('dev')
    await vault.get('prod')
    await vault.set(item('new'))
    assert.equal(asked, 1)
    await assert.rejects(backend.lock?.(scene.context()) ?? Promise.resolve(), /does not answer/)
    assert.equal(existsSync(socket), false)
    await new Promise(resolve => server.close(resolve))
  })

  it('does not make a wrong passphrase that is given a right one', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    const wrong = scene.context({ options: { passphrase: 'wrong' } })
    await assert.rejects(backend.unlock?.(wrong) ?? Promise.resolve(), { code: 'ERR_KEYRING_LOCKED' })
  })

  it('that is replaced ends, and leaves its successor alone', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    const old = JSON.parse(scene.agents[0]?.input ?? '')
    // As when the old one is stuck: nobody tells it.
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = new AbortController()
    const clock = { ...testContext().clock, now: () => Date.now() }
    const second = serveKeys(old, resolve, { clock, signal: end.signal })
    await promise
    scene.end()
    await scene.agents[0]?.ended
    const status = await new AgentClient(scene.socket, scene.context()).status()
    assert.ok(status, 'the successor has lost its socket')
    assert.equal(textOf(await (await scene.open(undefined)).get('dev')), textOf(item('dev')))
    end.abort()
    await second
    assert.deepEqual(readdirSync(scene.sockets), ['vault'])
  })

  it('is told to end when another one begins in its place', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    for (const name of readdirSync(scene.vault)) unlinkSync(join(scene.vault, name))
    await (await openVault(scene.vault, 'another')).set(item('dev', 'new'))
    await assert.rejects(backend.unlock?.(scene.context()) ?? Promise.resolve(), /unexpected question/)
    await backend.unlock?.(scene.context({ answers: ['another'] }))
    await scene.agents[0]?.ended
    assert.equal(scene.agents.length, 2)
    assert.equal(textOf(await (await scene.open(undefined)).get('dev')), 'new')
  })

  it('is not taken to be open once it has expired', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'], options: { agentIdle: 60 } }))
    scene.clock.advance(60_000)
    await assert.rejects(backend.unlock?.(scene.context()) ?? Promise.resolve(), /unexpected question/)
    await scene.agents[0]?.ended
    const unlocked = await backend.unlock?.(scene.context({ answers: ['p'] }))
    assert.ok((unlocked?.until ?? 0) > scene.clock.now())
  })

  it('is what a vault is not locked by, beside a passphrase that is given', async () => {
    await using scene = new Scene()
    const isLocked = (options: TestContextOptions = {}) => backend.isLocked?.(scene.context(options))
    assert.equal(await isLocked(), false, 'nothing is in it')
    await fillWithoutAgent(scene, 1000, 'dev')
    assert.equal(await isLocked(), true)
    assert.equal(await isLocked({ options: { passphrase: 'p' } }), false)
    await backend.unlock?.(scene.context({ answers: ['p'], options: { agentIdle: 60 } }))
    assert.equal(await isLocked(), false)
    assert.equal(await isLocked({ options: { agent: false } }), true)
    scene.clock.advance(60_000)
    assert.equal(await isLocked(), true)
  })

  it('does not take a wrong passphrase', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    for (const context of [
      scene.context({ answers: ['x', 'y', 'z'] }),
      scene.context({ options: { passphrase: 'wrong' } }),
    ]) {
      await assert.rejects(backend.unlock?.(context) ?? Promise.resolve(), error =>
        isVaultError(error, 'ERR_KEYRING_LOCKED'),
      )
    }
    assert.equal(scene.agents.length, 0)
  })

  it('has nothing to keep for an empty vault', async () => {
    await using scene = new Scene()
    assert.deepEqual(await backend.unlock?.(scene.context()), { nothing: 'there is no item in it' })
  })

  it('knows nothing once it has been idle for too long', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'], options: { agentIdle: 60 } }))
    scene.clock.advance(59_000)
    await (await scene.open(undefined)).get('dev')
    scene.clock.advance(59_000)
    await (await scene.open(undefined)).get('dev')
    scene.clock.advance(61_000)
    await assert.rejects((await scene.open(undefined)).get('dev'), /unexpected question/)
  })

  it('is done without where it has died, hangs, or talks nonsense', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    const { socket } = scene
    await backend.lock?.(scene.context())
    await scene.agents[0]?.ended
    for (const [how, answer] of [
      ['hangs', undefined],
      ['hangs up', ''],
      ['talks nonsense', 'nonsense\n'],
      ['talks for ever', 'x'.repeat(100_000)],
    ] as const) {
      const server = createServer(connection => {
        connection.on('error', () => {}).resume()
        if (answer !== undefined) connection.end(answer)
      })
      await new Promise<void>(resolve => server.listen(socket, resolve))
      const vault = await openVault(scene.vault, 'p', scene.options())
      assert.equal(textOf(await vault.get('dev')), textOf(item('dev')), how)
      const closed = new Promise(resolve => server.close(resolve))
      await closed
    }
    // What a killed agent leaves: a socket that nobody listens on.
    const server = createServer()
    await new Promise<void>(resolve => server.listen(socket, resolve))
    spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(`${socket}2`)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ])
    server.close()
    renameSync(`${socket}2`, socket)
    const vault = await scene.open(undefined, { answers: ['p'] })
    assert.equal(textOf(await vault.get('dev')), textOf(item('dev')))
    assert.equal(scene.agents.length, 2)
    assert.equal(textOf(await (await scene.open(undefined)).get('dev')), textOf(item('dev')))
  })

  it('of a vault that lay there before seals nothing', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    for (const name of readdirSync(scene.vault)) unlinkSync(join(scene.vault, name))
    await (await openVault(scene.vault, 'another')).set(item('dev', 'new'))
    await (await scene.open(undefined, { answers: ['another'] })).set(item('prod', 'new, too'))
    const vault = await openVault(scene.vault, 'another')
    assert.deepEqual([textOf(await vault.get('dev')), textOf(await vault.get('prod'))], ['new', 'new, too'])
  })

  it('opens what another tool has written since, once it was opened by the passphrase', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    await fillWithoutAgent(scene, 1000, 'foreign')
    await (await scene.open(undefined, { answers: ['p'] })).get('foreign')
    await (await scene.open(undefined)).get('foreign')
    assert.equal(scene.agents.length, 1)
  })

  it('listens to this user alone, and to no more than it needs to', async () => {
    await using scene = new Scene()
    await fillWithoutAgent(scene, 1000, 'dev')
    await backend.unlock?.(scene.context({ answers: ['p'] }))
    assert.equal(statSync(scene.socket).mode & 0o777, 0o600)
    for (const said of ['\n', '{}\n', 'null\n', '{"ask":"unwrap"}\n', 'x'.repeat(1_000_000), '{"ask":"key"}\n']) {
      const answer = await say(scene.socket, said)
      assert.doesNotMatch(answer, /wrappingKey|contentKey|[\w+/]{22}==/, said.slice(0, 20))
    }
    assert.equal(textOf(await (await scene.open(undefined)).get('dev')), textOf(item('dev')))
  })
})

function say(socket: string, text: string): Promise<string> {
  return new Promise(resolve => {
    let answer = ''
    const connection = connect(socket)
    connection.on('error', () => {})
    connection.on('data', chunk => {
      answer += chunk.toString()
    })
    connection.on('close', () => resolve(answer))
    connection.write(text)
  })
}
