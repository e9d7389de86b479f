// Run in a process of its own: the conformance suites, run on parts that are right and on parts with one fault each.
import {
  type CredentialProvider,
  type Credentials,
  type Exposure,
  type Keyring,
  type KeyringBackend,
  MfaRefusedError,
} from '@aws-vault/plugin-sdk'
import {
  type KeyringSuite,
  memoryKeyring,
  testExposure,
  testKeyring,
  testProvider,
} from '@aws-vault/plugin-sdk/testkit'

/** A keyring in memory of which something is different. */
function keyring(different: (right: Keyring, backend: KeyringBackend) => Partial<Keyring>): () => KeyringBackend {
  return () => {
    const backend = memoryKeyring()
    return {
      ...backend,
      async open(context) {
        const right = await backend.open(context)
        return { ...right, ...different(right, backend) }
      },
    }
  }
}

const keyrings: Record<string, () => KeyringBackend> = {
  right: memoryKeyring,
  'removes quietly': keyring(right => ({ remove: async key => right.remove(key).then(() => true) })),
  'folds case': keyring(right => ({
    get: key => right.get(key.toLowerCase()),
    set: item => right.set({ ...item, key: item.key.toLowerCase() }),
  })),
  'keeps text only': keyring(right => ({
    set: item => right.set({ ...item, data: new TextEncoder().encode(new TextDecoder().decode(item.data)) }),
  })),
  'keeps data only': keyring(right => ({
    set: item => right.set({ ...item, label: '', description: '', attributes: {} }),
  })),
  'takes paths apart': keyring(right => ({
    keys: async () => (await right.keys()).map(key => key.split('/').pop() ?? ''),
  })),
  'hides dots': keyring(right => ({ keys: async () => (await right.keys()).filter(key => !key.startsWith('.')) })),
  'closes once': keyring(right => {
    let closed = false
    return {
      async close() {
        if (closed) throw new Error('closed')
        closed = true
        await right.close()
      },
    }
  }),
  'forgets on close': () => {
    let backend = memoryKeyring()
    return {
      available: backend.available,
      async open(context) {
        const right = await backend.open(context)
        const close = async () => {
          backend = memoryKeyring()
        }
        return { ...right, close }
      },
    }
  },
  asks: () => ({
    ...memoryKeyring(),
    async open(context) {
      await context.ask({ message: 'Passphrase', secret: true })
      return memoryKeyring().open(context)
    },
  }),
  chatty: () => {
    const backend = memoryKeyring()
    return {
      ...backend,
      async open(context) {
        const right = await backend.open(context)
        return {
          ...right,
          async set(item) {
            context.logger.debug('stored', { data: Buffer.from(item.data).toString() })
            await right.set(item)
          },
        }
      },
    }
  },
}

for (const [name, make] of Object.entries(keyrings)) testKeyring({ name, ...freshEachTime(make) })

testKeyring({
  name: 'with deviations',
  ...freshEachTime(memoryKeyring),
  deviations: [{ reason: 'for a reason', cases: ['stores 100 KB', 'stores a thousand suns'] }],
})

/** One store a case: a new backend for each. */
function freshEachTime(make: () => KeyringBackend): Pick<KeyringSuite, 'backend' | 'makeStore'> {
  let backend = make()
  return {
    backend: { available: context => backend.available(context), open: context => backend.open(context) },
    async makeStore() {
      backend = make()
      return { options: {}, answers: ['p', 'p', 'p', 'p'] }
    },
  }
}

const environment = (credentials: Credentials): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  ...(credentials.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: credentials.sessionToken }),
})

const exposures: Record<string, Exposure> = {
  right: { expose: async source => ({ environment: environment(await source.current()) }) },
  'leaves an empty token': {
    async expose(source) {
      return { environment: { AWS_SESSION_TOKEN: '', ...environment(await source.current()) } }
    },
  },
  'gives numbers': {
    expose: async source => ({
      environment: { ...environment(await source.current()), PORT: 80 as unknown as string },
    }),
  },
  'closes once': {
    async expose(source) {
      let closed = false
      return {
        environment: environment(await source.current()),
        async close() {
          if (closed) throw new Error('closed')
          closed = true
        },
      }
    },
  },
  chatty: {
    async expose(source, { logger }) {
      const credentials = await source.current()
      logger.debug('exposing', { ...credentials })
      return { environment: environment(credentials) }
    },
  },
}

for (const [name, exposure] of Object.entries(exposures)) testExposure({ name, exposure })

const source = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const session = { ...source, sessionToken: 'token', expiration: new Date('2100-01-01T00:00:00Z') }
const step = (what: string) => ({ provider: 'p', profile: 'dev', parameters: { what } })
const input = { source, mfaCode: '123456' }

/** A provider that does right when asked to `succeed`, `fail` or `hang`, save for what is different. */
function provider(different: Record<string, CredentialProvider['resolve']> = {}): CredentialProvider {
  const right: Record<string, CredentialProvider['resolve']> = {
    succeed: async () => session,
    fail: async () => {
      throw new MfaRefusedError('AWS refused the code')
    },
    hang: (_step, _input, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }
  return {
    resolve: (given, ...rest) => {
      const resolve = { ...right, ...different }[String(given.parameters.what)]
      if (resolve === undefined) throw new Error('no such step')
      return resolve(given, ...rest)
    },
  }
}

const fails = (error: () => Error): CredentialProvider => provider({ fail: () => Promise.reject(error()) })
const succeeds = (credentials: Credentials): CredentialProvider => provider({ succeed: async () => credentials })

const providers: Record<string, CredentialProvider> = {
  right: provider(),
  'without a secret': succeeds({ ...session, secretAccessKey: '' }),
  'with an empty token': succeeds({ ...source, sessionToken: '' }),
  'without an end': succeeds({ ...source, sessionToken: 'token' }),
  'past its end': succeeds({ ...session, expiration: new Date(0) }),
  'without a date': succeeds({ ...session, expiration: new Date('soon') }),
  chatty: provider({
    async succeed(_step, { mfaCode }, { logger }) {
      logger.debug(`the code is ${mfaCode}`)
      return session
    },
  }),
  asking: provider({
    async succeed(_step, _input, context) {
      await context.ask({ message: 'MFA code', secret: false })
      return session
    },
  }),
  'with a plain error': fails(() => new Error('AWS refused the code')),
  'with a long error': fails(() => new MfaRefusedError('AWS refused the code.\nTry again.')),
  'with a telling error': fails(() => new MfaRefusedError('AWS refused the code 123456')),
  'with a telling cause': fails(
    () => new MfaRefusedError('refused', { cause: new Error('one', { cause: new Error(source.secretAccessKey) }) }),
  ),
  'with telling facts': fails(() => new MfaRefusedError('refused', { facts: { code: '123456' } })),
}

for (const [name, part] of Object.entries(providers)) {
  testProvider({
    name,
    provider: part,
    succeeds: [{ name: 'gives a session', step: step('succeed'), input }],
    fails: [{ name: 'fails when refused', step: step('fail'), input: async () => input, code: 'ERR_MFA_REFUSED' }],
    hangs: [{ name: 'ends when interrupted', step: step('hang'), input, begun: async () => {} }],
  })
}
