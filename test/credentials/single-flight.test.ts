import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Plan } from '../../src/credentials/plan-types.ts'
import { withFileLock } from '../../src/locks/file-lock.ts'
import { CredentialStore } from '../../src/vault/credential-store.ts'
import { type LocalAws, startLocalAws } from '../local-aws/index.ts'
import { DirectoryKeyring } from '../support/directory-keyring.ts'
import type { Run } from './resolve-once.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const serial = 'arn:aws:iam::123456789012:mfa/alice'

let directory: string
let aws: LocalAws
const children: ChildProcess[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'aws-vault-flight-'))
  aws = await startLocalAws()
  aws.addUser({
    account: '123456789012',
    name: 'alice',
    accessKeys: [{ id: keys.accessKeyId, secret: keys.secretAccessKey }],
    mfaDevices: [{ serial }],
  })
  await new CredentialStore(new DirectoryKeyring(join(directory, 'keyring')), () => {}).set('dev', keys)
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await aws.close()
  rmSync(directory, { recursive: true })
})

function planOf(mfaSerial?: string): Plan {
  const step = {
    provider: 'session-token',
    profile: 'dev',
    endpointUrl: aws.url,
    durationSeconds: 3600,
    ...(mfaSerial !== undefined && { mfaSerial }),
    parameters: {},
  }
  const cache = { type: 'sts.GetSessionToken', profile: 'dev', serial: mfaSerial ?? '' }
  const storedKeys = { kind: 'stored-keys', profile: 'dev', why: [] } as const
  return { profile: 'dev', steps: [storedKeys, { kind: 'provider', step, cache, why: [] }], notes: [] }
}

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(run: Omit<Run, 'directory'>): { child: ChildProcess; ended: Promise<Outcome> } {
  const script = fileURLToPath(new URL('resolve-once.ts', import.meta.url))
  const nodeOptions = ['--conditions=@aws-vault/source', script, JSON.stringify({ ...run, directory })]
  const child = spawn(process.execPath, nodeOptions, { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', chunk => {
      output[name] += chunk
    })
  }
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...output })) }
}

describe('programs that start at once', () => {
  it('make one call and ask for one code', async () => {
    const run = { plan: planOf(serial), mfaCode: aws.mfaCode(serial) }
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => start(run).ended))
    assert.equal(aws.calls.length, 1)
    const stdout = `${aws.calls[0]?.issued}\n`
    assert.deepEqual(
      outcomes.map(outcome => ({ ...outcome, stderr: '' })),
      Array(4).fill({ code: 0, stdout, stderr: '' }),
    )
    assert.equal(readFileSync(join(directory, 'asked'), 'utf8'), 'x')
  })

  it('do not wait for one that was killed', async () => {
    aws.faults.add({ effect: 'hang' })
    const first = start({ plan: planOf() })
    await aws.waitForCall(() => true)
    const second = start({ plan: planOf() })
    await once(second.child.stderr as NodeJS.ReadableStream, 'data')
    first.child.kill('SIGKILL')
    const { code, stdout, stderr } = await second.ended
    assert.deepEqual([code, stdout], [0, `${aws.calls[1]?.issued}\n`])
    assert.match(stderr, /^waiting for another aws-vault/)
  })

  it('use to refresh what another one made while they waited', async () => {
    await start({ plan: planOf() }).ended
    const slot = JSON.stringify(['session', 'sts.GetSessionToken', 'dev', ''])
    const runs = await withFileLock(join(directory, 'locks'), slot, async () => {
      const started = [1, 2].map(() => start({ plan: planOf(), refresh: true }))
      await Promise.all(started.map(({ child }) => once(child.stderr as NodeJS.ReadableStream, 'data')))
      return started
    })
    const outcomes = await Promise.all(runs.map(({ ended }) => ended))
    assert.deepEqual(
      outcomes.map(({ stdout }) => stdout),
      Array(2).fill(`${aws.calls[1]?.issued}\n`),
    )
    assert.equal(aws.calls.length, 2)
  })
})
