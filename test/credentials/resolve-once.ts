/** Runs a plan once, as a program of its own, and prints the access key id. What it is given is its only argument. */
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import provider from '../../plugins/provider-session-token/src/index.ts'
import { MfaCodes } from '../../src/credentials/mfa-codes.ts'
import type { Plan } from '../../src/credentials/plan-types.ts'
import { resolve } from '../../src/credentials/resolve.ts'
import { withFileLock } from '../../src/locks/file-lock.ts'
import { CredentialStore } from '../../src/vault/credential-store.ts'
import { SessionCache } from '../../src/vault/session-cache.ts'
import { DirectoryKeyring } from '../support/directory-keyring.ts'

/** What a run is given. */
export interface Run {
  readonly plan: Plan
  readonly directory: string
  readonly mfaCode?: string
  readonly refresh?: boolean
}

const { plan, directory, mfaCode, refresh = false } = JSON.parse(process.argv[2] ?? '{}') as Run
const keyring = new DirectoryKeyring(join(directory, 'keyring'))
const context = testContext()
const logger = { debug: () => {}, warn: (message: string) => process.stderr.write(`${message}\n`) }

const credentials = await resolve(plan, {
  providers: { get: async () => provider },
  contextFor: async () => ({ ...context, logger }),
  credentialStore: async () => new CredentialStore(keyring, () => {}),
  sessionCache: async () => new SessionCache(keyring, context.clock, () => {}),
  ssoTokens: () => Promise.reject(new Error('no step of SSO')),
  signInLogins: () => Promise.reject(new Error('no step of a sign-in')),
  lock: (name, task, onWait) => withFileLock(join(directory, 'locks'), name, task, { onWait }),
  mfaCodes: new MfaCodes({
    async ask() {
      appendFileSync(join(directory, 'asked'), 'x')
      return mfaCode ?? ''
    },
    logger,
    signal: context.signal,
    now: context.clock.now,
  }),
  clock: context.clock,
  logger,
  options: { refresh, minimumSeconds: 300 },
})
process.stdout.write(`${credentials.accessKeyId}\n`)
