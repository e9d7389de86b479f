import assert from 'node:assert/strict'
import type { OptionValue } from '../context.ts'
import { isVaultError } from '../errors.ts'
import type { Item, Keyring, KeyringBackend } from '../keyring.ts'
import { type TestContext, type TestContextOptions, testContext } from './context.ts'
import { type Case, type Deviation, runCases } from './deviations.ts'
import { item, itemSecret } from './item.ts'
import { type KeyringWorker, startKeyringWorker } from './keyring-processes.ts'
import { assertNoSecret } from './secrets.ts'

/** An empty store of its own for one case. */
export interface TestStore {
  readonly options: Readonly<Record<string, OptionValue>>
  /** What is answered to the questions of each run. */
  readonly answers?: readonly string[]
  /** The session bus of each run. */
  readonly sessionBus?: string
  /** Locks it, for as long as `undo` is not called: what it takes to open it as somebody who cannot unlock it. */
  lock?(): Promise<Pick<TestStore, 'options' | 'answers' | 'sessionBus'> & Undo>
  /** Takes the right to read and write it away. */
  deny?(): Promise<Undo>
  /** Lets whatever it waits for not answer. */
  stall?(): Promise<Undo>
  /** Removes the store. */
  dispose?(): Promise<void>
}

/** The way back from what a test has done to a store. */
export interface Undo {
  undo(): Promise<void>
}

/** What can be done to a test's store, beside using it. */
export type StoreTrouble = 'lock' | 'deny' | 'stall'

/** A keyring backend and what its suite needs. */
export interface KeyringSuite {
  readonly name: string
  readonly backend: KeyringBackend
  /**
   * Where the module is whose default export is the backend (`import.meta.resolve('../src/index.ts')`): child processes
   * import it. Without it, the cases with several processes are left out.
   */
  readonly module?: string
  makeStore(): Promise<TestStore>
  /** What its stores have of `lock`, `deny` and `stall`: without, those cases are skipped, which is said. */
  readonly troubles?: readonly StoreTrouble[]
  readonly deviations?: readonly Deviation[]
}

/**
 * The conformance suite for keyrings.
 *
 * @example
 * ```ts
 * import { testKeyring } from '@aws-vault/plugin-sdk/testkit'
 * import backend from '../src/index.ts'
 *
 * testKeyring({
 *   name: 'example',
 *   backend,
 *   module: import.meta.resolve('../src/index.ts'),
 *   makeStore: async () => ({ options: { collection: `test-${crypto.randomUUID()}` } }),
 *   deviations: [{ reason: 'stores nothing but data', cases: ['keeps label and description', 'keeps further members'] }],
 * })
 * ```
 */
export function testKeyring({ name, backend, module, makeStore, troubles = [], deviations = [] }: KeyringSuite): void {
  const applicable = [...cases, ...Object.values(troubleCases), ...(module === undefined ? [] : processCases)]
  const untried = Object.entries(troubleCases).flatMap(([trouble, { name }]) =>
    troubles.includes(trouble as StoreTrouble)
      ? []
      : [{ reason: `the test's store has no "${trouble}"`, cases: [name] }],
  )
  const all = [...deviations, ...untried]
  runCases(`keyring ${name}`, applicable, all, async () => new Fixture(backend, module, await makeStore()))
}

class Fixture implements AsyncDisposable {
  readonly backend: KeyringBackend
  readonly #module: string | undefined
  readonly #store: TestStore
  readonly #open: Keyring[] = []
  readonly #workers: KeyringWorker[] = []

  constructor(backend: KeyringBackend, module: string | undefined, store: TestStore) {
    this.backend = backend
    this.#module = module
    this.#store = store
  }

  get store(): TestStore {
    return this.#store
  }

  context(more: TestContextOptions = {}): TestContext {
    return testContext({ ...this.#store, ...more })
  }

  async open(context = this.context()): Promise<Keyring> {
    const keyring = await this.backend.open(context)
    this.#open.push(keyring)
    return keyring
  }

  /** Another process, which stores each of `items` in turn. */
  worker(items: readonly Item[]): KeyringWorker {
    assert.ok(this.#module)
    const worker = startKeyringWorker(this.#module, this.#store, items)
    this.#workers.push(worker)
    return worker
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) worker.kill()
    for (const keyring of this.#open) await keyring.close()
    await this.#store.dispose?.()
  }
}

async function assertHolds(keyring: Keyring, expected: Item): Promise<void> {
  const found = await keyring.get(expected.key)
  assert.ok(found, `there is no item ${expected.key}`)
  assert.equal(found.key, expected.key)
  assert.deepEqual(Buffer.from(found.data), Buffer.from(expected.data))
}

async function assertKeys(keyring: Keyring, expected: readonly string[]): Promise<void> {
  assert.deepEqual((await keyring.keys()).sort(), [...expected].sort())
}

const oddKeys: Readonly<Record<string, string>> = {
  'spaces in it': ' two  spaces ',
  'a slash': 'team/dev',
  'percent signs': '100% of %2F and %25',
  'an umlaut': 'ünit',
  'an emoji': 'prod 🔥',
  'a leading dot': '.hidden',
  'a leading dash': '-n',
  'dots that lead up': 'abc/.././123',
  'a path from the root': '/etc/passwd',
  punctuation: 'a,b:c=d;e&f|g\'h"i$j`k\\l*m?n<o>p#q@r!s(t)u[v]w{x}y~z',
  '150 characters': 'long-'.repeat(30),
  'the form of a session': 'sts.GetSessionToken,ZGV2,YXJuOmF3czppYW06OjExMTExMTExMTExMTptZmEvYWxpY2U,4102444800',
  'the form of a session without MFA': 'sts.AssumeRole,cm9sZQ,,4102444800',
  'the form of an SSO token': 'oidc:https://example.awsapps.com/start',
}

const cases: readonly Case<Fixture>[] = [
  {
    name: 'says that it is available, asking and making nothing',
    async run(fixture) {
      const context = fixture.context()
      assert.deepEqual(await fixture.backend.available(context), { available: true })
      assert.deepEqual(context.questions, [])
    },
  },
  {
    name: 'opens without asking',
    async run(fixture) {
      const context = fixture.context()
      await fixture.open(context)
      assert.deepEqual(context.questions, [])
    },
  },
  {
    name: 'has no keys when it is empty',
    async run(fixture) {
      await assertKeys(await fixture.open(), [])
    },
  },
  {
    name: 'finds nothing under an absent key',
    async run(fixture) {
      const keyring = await fixture.open()
      assert.equal(await keyring.get('absent'), undefined)
      await keyring.set(item('present'))
      assert.equal(await keyring.get('absent'), undefined)
    },
  },
  {
    name: 'gives back what was stored',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('dev'))
      await assertHolds(keyring, item('dev'))
      await assertKeys(keyring, ['dev'])
    },
  },
  {
    name: 'stores every byte',
    async run(fixture) {
      const keyring = await fixture.open()
      const bytes = item(
        'bytes',
        Uint8Array.from({ length: 256 }, (_, byte) => byte),
      )
      await keyring.set(bytes)
      await assertHolds(keyring, bytes)
    },
  },
  {
    name: 'stores no bytes at all',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('empty', ''))
      await assertHolds(keyring, item('empty', ''))
      await assertKeys(keyring, ['empty'])
    },
  },
  {
    name: 'stores 100 KB',
    async run(fixture) {
      const keyring = await fixture.open()
      const large = item('large', 'x'.repeat(100_000))
      await keyring.set(large)
      await assertHolds(keyring, large)
    },
  },
  {
    name: 'keeps label and description',
    async run(fixture) {
      const keyring = await fixture.open()
      const session = { ...item('dev'), label: 'aws-vault session for dev ü', description: 'aws-vault session' }
      await keyring.set(session)
      const found = await keyring.get('dev')
      assert.equal(found?.label, session.label)
      assert.equal(found?.description, session.description)
    },
  },
  {
    name: 'keeps further members',
    async run(fixture) {
      const keyring = await fixture.open()
      const attributes = {
        KeychainNotTrustApplication: true,
        KeychainNotSynchronizable: false,
        Later: { a: [1, null] },
      }
      await keyring.set({ ...item('dev'), attributes })
      assert.deepEqual((await keyring.get('dev'))?.attributes, attributes)
    },
  },
  {
    name: 'replaces an item',
    async run(fixture) {
      const keyring = await fixture.open()
      for (const data of ['a long one at first', 'short', 'longer than before and than the first']) {
        await keyring.set(item('dev', data))
        await assertHolds(keyring, item('dev', data))
        await assertKeys(keyring, ['dev'])
      }
    },
  },
  {
    name: 'removes an item, and says whether there was one',
    async run(fixture) {
      const keyring = await fixture.open()
      assert.equal(await keyring.remove('dev'), false)
      await keyring.set(item('dev'))
      await keyring.set(item('prod'))
      assert.equal(await keyring.remove('dev'), true)
      assert.equal(await keyring.remove('dev'), false)
      assert.equal(await keyring.get('dev'), undefined)
      await assertKeys(keyring, ['prod'])
      await assertHolds(keyring, item('prod'))
    },
  },
  {
    name: 'stores an item anew after its removal',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('dev', 'before'))
      await keyring.remove('dev')
      await keyring.set(item('dev', 'after'))
      await assertHolds(keyring, item('dev', 'after'))
    },
  },
  ...Object.entries(oddKeys).map(
    ([what, key]): Case<Fixture> => ({
      name: `takes a key with ${what}`,
      async run(fixture) {
        const keyring = await fixture.open()
        await keyring.set(item('other'))
        await keyring.set(item(key))
        await assertHolds(keyring, item(key))
        await assertKeys(keyring, ['other', key])
        assert.equal(await keyring.remove(key), true)
        await assertKeys(keyring, ['other'])
      },
    }),
  ),
  {
    name: 'tells keys apart by case',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('dev'))
      assert.equal(await keyring.get('Dev'), undefined)
      await keyring.set(item('Dev', 'other'))
      await assertHolds(keyring, item('dev'))
      await assertKeys(keyring, ['dev', 'Dev'])
    },
  },
  {
    name: 'shows each opened keyring what another one does',
    async run(fixture) {
      const one = await fixture.open()
      const other = await fixture.open()
      await assertKeys(other, [])
      await one.set(item('dev', 'first'))
      await assertHolds(other, item('dev', 'first'))
      await other.set(item('dev', 'second'))
      await assertHolds(one, item('dev', 'second'))
      await assertKeys(one, ['dev'])
      await one.remove('dev')
      assert.equal(await other.get('dev'), undefined)
      assert.equal(await other.remove('dev'), false)
    },
  },
  {
    name: 'stores 20 items at once',
    async run(fixture) {
      const keyring = await fixture.open()
      const items = Array.from({ length: 20 }, (_, index) => item(`item ${index}`))
      await Promise.all(items.map(each => keyring.set(each)))
      await assertKeys(
        keyring,
        items.map(({ key }) => key),
      )
      await Promise.all(items.map(each => assertHolds(keyring, each)))
    },
  },
  {
    name: 'stores one of 20 that are stored under one key at once',
    async run(fixture) {
      const keyrings = [await fixture.open(), await fixture.open()]
      const datas = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(index + 1))
      await Promise.all(datas.map((data, index) => keyrings[index % 2]?.set(item('dev', data))))
      const found = await keyrings[0]?.get('dev')
      assert.ok(datas.includes(Buffer.from(found?.data ?? []).toString()))
    },
  },
  {
    name: 'holds what was stored when it is opened again',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('dev'))
      await keyring.close()
      const again = await fixture.open()
      await assertKeys(again, ['dev'])
      await assertHolds(again, item('dev'))
    },
  },
  {
    name: 'may be closed twice',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('dev'))
      await keyring.close()
      await keyring.close()
    },
  },
  {
    name: 'logs no secret',
    async run(fixture) {
      const context = fixture.context()
      const keyring = await fixture.open(context)
      await keyring.set(item('dev'))
      await keyring.get('dev')
      await keyring.remove('dev')
      assertNoSecret([itemSecret, Buffer.from(itemSecret).toString('base64')], context.logged, 'the log')
    },
  },
]

const troubleCases: Readonly<Record<StoreTrouble, Case<Fixture>>> = {
  lock: {
    name: 'tells a locked store from a damaged one, and leaves it as it is',
    async run(fixture) {
      await (await fixture.open()).set(item('dev'))
      const locked = await fixture.store.lock?.()
      assert.ok(locked, 'the store has no lock()')
      const { undo, ...store } = locked
      const keyring = await fixture.open(testContext(store))
      const isLocked = (error: unknown): boolean => isVaultError(error) && /_(?:LOCKED|DISMISSED)$/.test(error.code)
      await assert.rejects(keyring.get('dev'), isLocked)
      await assert.rejects(keyring.set(item('dev', 'by somebody else')), isLocked)
      await undo()
      await assertHolds(await fixture.open(), item('dev'))
    },
  },
  deny: {
    name: 'says that it may not read or write, and loses nothing',
    async run(fixture) {
      await (await fixture.open()).set(item('dev'))
      const denied = await fixture.store.deny?.()
      assert.ok(denied, 'the store has no deny()')
      const keyring = await fixture.open()
      await assert.rejects(keyring.get('dev'), error => isVaultError(error))
      await assert.rejects(keyring.set(item('dev', 'other')), error => isVaultError(error))
      await denied.undo()
      await assertHolds(await fixture.open(), item('dev'))
    },
  },
  stall: {
    name: 'ends a wait when it is interrupted',
    async run(fixture) {
      const keyring = await fixture.open()
      await keyring.set(item('dev'))
      const interruption = new AbortController()
      const waiting = await fixture.open(fixture.context({ signal: interruption.signal }))
      const stalled = await fixture.store.stall?.()
      assert.ok(stalled, 'the store has no stall()')
      try {
        const got = waiting.get('dev')
        interruption.abort(new Error('interrupted'))
        await assert.rejects(got)
      } finally {
        await stalled.undo()
      }
      await assertHolds(await fixture.open(), item('dev'))
    },
  },
}

const processCases: readonly Case<Fixture>[] = [
  {
    name: 'loses nothing when several processes store at once',
    async run(fixture) {
      const lists = Array.from({ length: 4 }, (_, worker) =>
        Array.from({ length: 5 }, (_, index) => item(`item ${worker} ${index}`)),
      )
      await Promise.all(lists.map(items => fixture.worker(items).done))
      const keyring = await fixture.open()
      await assertKeys(
        keyring,
        lists.flat().map(({ key }) => key),
      )
      for (const each of lists.flat()) await assertHolds(keyring, each)
    },
  },
  {
    name: 'holds a whole item when its writer is killed',
    async run(fixture) {
      const datas = Array.from({ length: 200 }, (_, index) => `${index} `.repeat(1 + (index % 50) * 20))
      const worker = fixture.worker(datas.map(data => item('dev', data)))
      await worker.stored(3)
      worker.kill()
      const reported = await worker.ended
      const keyring = await fixture.open()
      await assertKeys(keyring, ['dev'])
      const found = Buffer.from((await keyring.get('dev'))?.data ?? []).toString()
      assert.ok(datas.indexOf(found) >= reported - 1, `it holds ${found.slice(0, 10)}, ${reported} were stored`)
      await keyring.set(item('dev', 'after'))
      await assertHolds(keyring, item('dev', 'after'))
    },
  },
]
