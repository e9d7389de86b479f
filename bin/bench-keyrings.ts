/**
 * A thousand items in each keyring that can be had here, with its real daemon or program, as a table for
 * docs/performance.md: `npm run bench:keyrings -- [ITEMS]`. In one process each, so that only the keyring is measured.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Item, Keyring, KeyringBackend } from '@aws-vault/plugin-sdk'
import { type TestContextOptions, testContext } from '@aws-vault/plugin-sdk/testkit'
import { discard, newName, whyNoKernelKeyring } from '../plugins/keyring-keyctl/test/kernel.ts'
import { startDesktop } from '../plugins/keyring-keytar/test/desktop.ts'
import { makeGpgHome, whyNoPass } from '../plugins/keyring-pass/test/gpg-home.ts'
import { makeStore } from '../plugins/keyring-pass/test/store.ts'
import { GnomeKeyring } from '../test/support/gnome-keyring.ts'
import { KWallet } from '../test/support/kwallet.ts'
import { KEYS } from '../test/support/sandbox.ts'

const items = Number(process.argv[2] ?? 1000)
const READS = 20

interface Store extends AsyncDisposable {
  readonly context: TestContextOptions
}
interface Subject {
  readonly name: string
  readonly folder: string
  readonly missing: () => string | false | undefined
  open(): Promise<Store>
}

const store = (context: TestContextOptions, dispose: () => unknown): Store => ({
  context,
  [Symbol.asyncDispose]: async () => {
    await dispose()
  },
})

const subjects: readonly Subject[] = [
  {
    name: '`file`',
    folder: 'keyring-file',
    missing: () => false,
    open: async () => {
      const dir = mkdtempSync(join(tmpdir(), 'bench-'))
      const options = { dir, passphrase: 'correct horse battery staple' }
      return store({ options }, () => rmSync(dir, { recursive: true }))
    },
  },
  {
    name: '`secret-service` (GNOME Keyring)',
    folder: 'keyring-secret-service',
    missing: () => GnomeKeyring.missing(),
    open: async () => {
      const gnome = await GnomeKeyring.start()
      await gnome.makeCollection('awsvault')
      return store({ sessionBus: gnome.bus.address, options: { collection: 'awsvault' } }, () =>
        gnome[Symbol.asyncDispose](),
      )
    },
  },
  {
    name: '`kwallet`',
    folder: 'keyring-kwallet',
    missing: () => KWallet.missing(),
    open: async () => {
      const kwallet = await KWallet.start()
      await kwallet.openWallet()
      return store({ sessionBus: kwallet.bus.address }, () => kwallet[Symbol.asyncDispose]())
    },
  },
  {
    name: '`keyctl`',
    folder: 'keyring-keyctl',
    missing: whyNoKernelKeyring,
    open: async () => {
      const name = newName()
      return store({ options: { name } }, () => discard(name))
    },
  },
  {
    name: '`pass`',
    folder: 'keyring-pass',
    missing: whyNoPass,
    open: async () => {
      const home = makeGpgHome()
      const options = { dir: makeStore(home), prefix: 'aws-vault' }
      return store({ programEnvironment: home.environment, options }, () => home[Symbol.dispose]())
    },
  },
  {
    name: '`libsecret` (keytar, GNOME Keyring)',
    folder: 'keyring-keytar',
    missing: () => GnomeKeyring.missing(),
    open: async () => {
      const desktop = await startDesktop()
      // keytar finds its bus as every program does.
      Object.assign(process.env, desktop.env)
      return store({ programEnvironment: desktop.env }, () => desktop[Symbol.asyncDispose]())
    },
  },
]

const item = (index: number): Item => ({
  key: `profile ${index}`,
  data: Buffer.from(JSON.stringify({ AccessKeyID: KEYS.accessKeyId, SecretAccessKey: KEYS.secretAccessKey })),
  label: `aws-vault (profile ${index})`,
  description: '',
  attributes: {},
})

const say = (line: string): boolean => process.stdout.write(`${line}\n`)

say(`Node ${process.version}, ${process.platform} ${process.arch}, ${items} items, medians of ${READS}\n`)
say('| Keyring | store one (ms) | list all (ms) | read one (ms) |')
say('|---|---:|---:|---:|')
for (const { name, folder, missing, open } of subjects) {
  const reason = missing()
  if (reason) {
    say(`| ${name} | not measured: ${reason} | | |`)
    continue
  }
  await using opened = await open()
  const { default: backend } = (await import(`@aws-vault/${folder}`)) as { default: KeyringBackend }
  const context = testContext(opened.context)
  const keyring = await backend.open(context)
  say(`| ${[name, ...(await measure(keyring))].join(' | ')} |`)
  await keyring.close()
}

/** Milliseconds that it takes to store one item, list all and read one. */
async function measure(keyring: Keyring): Promise<string[]> {
  const stored = await timed(() => fill(keyring))
  const lists = await medianOf(() => keyring.keys())
  let round = 0
  const reads = await medianOf(() => {
    round += 37
    return keyring.get(`profile ${round % items}`)
  })
  return [stored / items, lists, reads].map(milliseconds => milliseconds.toFixed(milliseconds < 10 ? 2 : 0))
}

async function fill(keyring: Keyring): Promise<void> {
  for (let index = 0; index < items; index++) await keyring.set(item(index))
}

async function medianOf(task: () => Promise<unknown>): Promise<number> {
  await task()
  const times: number[] = []
  for (let round = 0; round < READS; round++) times.push(await timed(task))
  return times.sort((one, other) => one - other)[READS / 2] ?? Number.NaN
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await task()
  return performance.now() - begun
}
