import assert from 'node:assert/strict'
import type { CredentialProvider, Credentials, PartContext } from '@aws-vault/plugin-sdk'
import { MfaCodes } from '../../src/credentials/mfa-codes.ts'
import type { Plan, ProviderStep, StoredKeysStep } from '../../src/credentials/plan-types.ts'
import { resolve } from '../../src/credentials/resolve.ts'
import { CredentialStore } from '../../src/vault/credential-store.ts'
import { SessionCache } from '../../src/vault/session-cache.ts'
import { itemJson, MemoryKeyring } from './memory-keyring.ts'

export const start = Date.parse('2026-01-01T00:00:00Z')
export const serial = 'arn:aws:iam::111111111111:mfa/alice'
export const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }

export const storedKeys: StoredKeysStep = { kind: 'stored-keys', profile: 'dev', why: [] }
export const token = providerStep('token', 'dev')
export const role = providerStep('role', 'admin', { roleArn: 'arn:aws:iam::111111111111:role/admin' })

export function providerStep(provider: string, profile: string, parameters: Record<string, string> = {}): ProviderStep {
  const cache = { type: provider === 'token' ? 'sts.GetSessionToken' : 'sts.AssumeRole', profile, serial: '' }
  return { kind: 'provider', step: { provider, profile, durationSeconds: 3600, parameters }, cache, why: [] }
}

export function withMfa(step: ProviderStep, more: Partial<ProviderStep> = {}): ProviderStep {
  return { ...step, step: { ...step.step, mfaSerial: serial }, ...more }
}

export function withoutCache({ cache: _, ...step }: ProviderStep): ProviderStep {
  return step
}

export function planOf(...steps: [StoredKeysStep | ProviderStep, ...(StoredKeysStep | ProviderStep)[]]): Plan {
  return { profile: 'admin', steps, notes: [] }
}

export const chain = planOf(storedKeys, token, role)

export interface Call {
  readonly provider: string
  readonly source?: string
  readonly mfaCode?: string
}

/** A vault with keys for `dev`, and providers that number the sessions that they make: `ASIAtoken1`, `ASIArole2`. */
export function world() {
  const keyring = new MemoryKeyring()
  keyring.plant('dev', itemJson('dev', { AccessKeyID: keys.accessKeyId, SecretAccessKey: keys.secretAccessKey }))
  const clock = { time: start, now: () => clock.time }
  const calls: Call[] = []
  const locks: string[] = []
  const warnings: string[] = []
  const answers: string[] = []
  const behaviour: {
    answer: (call: Call) => Error | Partial<Credentials> | undefined
    recognises?: CredentialProvider['recognises']
    lock: <T>(name: string, task: () => Promise<T>, onWait: () => void) => Promise<T>
  } = { answer: () => undefined, lock: (_, task) => task() }

  const provider: CredentialProvider = {
    async resolve(step, { source, mfaCode }, _context) {
      const call = {
        provider: step.provider,
        ...(source !== undefined && { source: source.accessKeyId }),
        ...(mfaCode !== undefined && { mfaCode }),
      }
      const name = `${step.provider}${calls.push(call)}`
      const answer = behaviour.answer(call)
      if (answer instanceof Error) throw answer
      return {
        accessKeyId: `ASIA${name}`,
        secretAccessKey: `secret of ${name}`,
        sessionToken: `token of ${name}`,
        expiration: new Date(clock.time + 3600_000),
        ...answer,
      }
    },
  }
  const logger = { debug: () => {}, warn: (message: string) => warnings.push(message) }

  /** Runs a plan as a new program would: nothing is left but what lies in the keyring. */
  async function run(
    plan: Plan,
    options: { refresh?: boolean; mfaToken?: string; silent?: boolean } = {},
  ): Promise<string> {
    const { refresh = false, mfaToken, silent = false } = options
    const credentials = await resolve(plan, {
      providers: {
        get: async () => ({ ...provider, ...(behaviour.recognises && { recognises: behaviour.recognises }) }),
      },
      contextFor: async () => ({ logger }) as unknown as PartContext,
      credentialStore: async () => new CredentialStore(keyring, () => {}),
      ssoTokens: () => Promise.reject(new Error('no step of SSO')),
      signInLogins: () => Promise.reject(new Error('no step of a sign-in')),
      sessionCache: async () => new SessionCache(keyring, clock, () => {}),
      lock: (name, task, onWait) => {
        locks.push(name)
        return behaviour.lock(name, task, onWait)
      },
      mfaCodes: new MfaCodes({
        ask: async () => answers.shift() ?? assert.fail('one question too many'),
        ...(mfaToken !== undefined && { token: mfaToken }),
        logger,
        signal: new AbortController().signal,
        now: clock.now,
      }),
      clock,
      logger,
      options: { refresh, minimumSeconds: 300, silent },
    })
    return credentials.accessKeyId
  }

  /** Makes what `run` did so far the past. */
  function forget(): void {
    for (const list of [calls, locks, warnings, keyring.operations]) list.length = 0
  }

  return { keyring, clock, calls, locks, warnings, answers, behaviour, run, forget }
}
