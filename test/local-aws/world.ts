import { generateKeyPairSync } from 'node:crypto'
import { invalidClientToken } from './aws-error.ts'
import type {
  AccessKey,
  Caller,
  IdentityProvider,
  MfaDevice,
  Partition,
  Principal,
  Role,
  Session,
  User,
} from './model.ts'
import { randomBase32, randomId, randomSecret, randomToken } from './random-id.ts'
import {
  type AccountSpec,
  checkMembers,
  defaultAccount,
  type IdentityProviderSpec,
  type RoleSpec,
  type SessionSpec,
  type UserSpec,
} from './world-spec.ts'

/** What a new session carries beside its principal. */
export interface SessionFacts {
  /** Whether `aws:MultiFactorAuthPresent` is true for its calls; it is not if absent. */
  readonly mfa?: boolean
  readonly transitiveTags?: ReadonlyMap<string, string>
  readonly sourceIdentity?: string | undefined
  /** Whether other temporary credentials asked for it. */
  readonly chained?: boolean
}

/** All that a local AWS knows: accounts, users, roles and live sessions. */
export interface World {
  /** The server's clock, in milliseconds since 1970. */
  now(): number
  addAccount(spec: AccountSpec): void
  addUser(spec: UserSpec): User
  addRole(spec: RoleSpec): Role
  addIdentityProvider(spec: IdentityProviderSpec): IdentityProvider
  /** Makes a new key for a user. How many it may have is the caller's business. */
  addAccessKey(user: User): AccessKey
  /** Who is meant by a user or a role. @throws Error when it is neither, or both */
  principal(spec: Pick<SessionSpec, 'user' | 'role' | 'roleSessionName'>): Principal
  /** Accepts credentials that were made elsewhere. */
  seedSession(spec: SessionSpec): Session
  /** Makes temporary credentials. */
  issue(principal: Principal, seconds: number, facts?: SessionFacts): Session
  /**
   * Ends a session: by its access key id, it becomes unknown; by a role's ARN, all that the role's present sessions
   * ask for is denied, as the IAM console's "Revoke active sessions" does it.
   */
  revoke(accessKeyIdOrRoleArn: string): void
  /** Whose access key that is, dead or alive. */
  ownerOf(accessKeyId: string): Caller | undefined
  /**
   * The secret of an access key, and who it stands for.
   * @throws AwsError InvalidClientTokenId when it is unknown, inactive or does not fit the token
   */
  look(accessKeyId: string, sessionToken: string | undefined): { readonly caller: Caller; readonly secret: string }
  /** By name or ARN; in the given account when a name is given. */
  user(nameOrArn: string, account?: string): User | undefined
  role(nameOrArn: string): Role | undefined
  identityProvider(issuer: string, account?: string): IdentityProvider | undefined
  mfaDevice(serial: string): MfaDevice | undefined
  /** Every secret that there ever was: secret keys, session tokens, what MFA devices share with AWS. */
  secrets(): string[]
}

/** An empty world. */
export function createWorld(now: () => number): World {
  const partitions = new Map<string, Partition>()
  const users: User[] = []
  const roles: Role[] = []
  const providers: IdentityProvider[] = []
  const sessions = new Map<string, Session>()
  const sessionSecrets: string[] = []

  function partition(account: string): Partition {
    if (!/^\d{12}$/.test(account)) throw new Error(`"${account}" is not an account id: twelve digits`)
    return partitions.get(account) ?? 'aws'
  }

  function addAccessKey(user: User, given: { id?: string; secret?: string; active?: boolean } = {}): AccessKey {
    checkMembers('an access key', given, ['id', 'secret', 'active'])
    const { id = randomId('AKIA'), secret = randomSecret(), active = true } = given
    if (ownerOf(id) !== undefined) throw new Error(`the access key ${id} exists already`)
    const key: AccessKey = { id, secret, active, created: now() }
    user.accessKeys.push(key)
    return key
  }

  function ownerOf(accessKeyId: string): Caller | undefined {
    const session = sessions.get(accessKeyId)
    if (session !== undefined) return { accessKeyId, principal: session.principal, session }
    const user = users.find(({ accessKeys }) => accessKeys.some(({ id }) => id === accessKeyId))
    return user === undefined ? undefined : { accessKeyId, principal: { kind: 'user', user } }
  }

  function begin(session: Session): Session {
    sessions.set(session.accessKeyId, session)
    sessionSecrets.push(session.secretAccessKey, session.sessionToken)
    return session
  }

  function user(nameOrArn: string, account?: string): User | undefined {
    return users.find(
      ({ arn, name, account: own }) =>
        arn === nameOrArn || (name === nameOrArn && (account === undefined || account === own)),
    )
  }

  function role(nameOrArn: string): Role | undefined {
    return roles.find(({ arn, name }) => arn === nameOrArn || name === nameOrArn)
  }

  function principalOf({
    user: userName,
    role: roleName,
    roleSessionName = 'seeded',
  }: Pick<SessionSpec, 'user' | 'role' | 'roleSessionName'>): Principal {
    if ((userName === undefined) === (roleName === undefined)) throw new Error('a session has either a user or a role')
    if (roleName !== undefined) {
      const found = role(roleName)
      if (found === undefined) throw new Error(`there is no role "${roleName}"`)
      return { kind: 'role', role: found, sessionName: roleSessionName }
    }
    const found = user(userName as string)
    if (found === undefined) throw new Error(`there is no user "${userName}"`)
    return { kind: 'user', user: found }
  }

  return {
    now,
    ownerOf,
    user,
    role,
    addAccessKey: owner => addAccessKey(owner),
    principal: principalOf,

    addAccount(spec) {
      checkMembers('an account', spec, ['id', 'partition'])
      const { id, partition: name = 'aws' } = spec
      partition(id)
      partitions.set(id, name)
    },

    addUser(spec) {
      checkMembers('a user', spec, [
        'account',
        'name',
        'path',
        'root',
        'accessKeys',
        'mfaDevices',
        'deny',
        'requireMfa',
      ])
      const { account = defaultAccount, name, path = '/', root = false, deny = [], requireMfa = [] } = spec
      if (user(name, account) !== undefined) throw new Error(`the user "${name}" exists already in ${account}`)
      const prefix = `arn:${partition(account)}:iam::${account}`
      const added: User = {
        account,
        partition: partition(account),
        name,
        path,
        arn: root ? `${prefix}:root` : `${prefix}:user${path}${name}`,
        id: root ? account : randomId('AIDA'),
        root,
        created: now(),
        accessKeys: [],
        mfaDevices: (spec.mfaDevices ?? []).map((device, index) => {
          checkMembers('an MFA device', device, ['serial', 'secret'])
          const { serial = `${prefix}:mfa/${name}${index === 0 ? '' : `-${index + 1}`}`, secret = randomBase32() } =
            device
          return { serial, secret, usedSteps: new Set<number>() }
        }),
        deny,
        requireMfa,
      }
      users.push(added)
      for (const key of spec.accessKeys ?? []) addAccessKey(added, key)
      return added
    },

    addRole(spec) {
      checkMembers('a role', spec, ['account', 'name', 'path', 'trust', 'maxSessionDuration', 'deny'])
      const { account = defaultAccount, name, path = '/', trust = {}, maxSessionDuration = 3600, deny = [] } = spec
      checkMembers("a role's trust", trust, [
        'principals',
        'requireMfa',
        'externalId',
        'tagSession',
        'setSourceIdentity',
        'webIdentity',
      ])
      if (trust.webIdentity) checkMembers("a trust's webIdentity", trust.webIdentity, ['issuer', 'audience', 'subject'])
      const arn = `arn:${partition(account)}:iam::${account}:role${path}${name}`
      if (role(arn) !== undefined) throw new Error(`the role ${arn} exists already`)
      const added: Role = {
        account,
        partition: partition(account),
        name,
        path,
        arn,
        id: randomId('AROA'),
        trust: { ...trust, principals: trust.principals ?? (trust.webIdentity === undefined ? [account] : []) },
        maxSessionDuration,
        deny,
      }
      roles.push(added)
      return added
    },

    addIdentityProvider(spec) {
      checkMembers('an identity provider', spec, ['account', 'issuer', 'audiences'])
      const { account = defaultAccount, issuer, audiences = ['sts.amazonaws.com'] } = spec
      partition(account)
      // An issuer has one key, however many accounts trust it.
      const { privateKey, publicKey } =
        providers.find(known => known.issuer === issuer) ?? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const provider = { account, issuer, audiences, privateKey, publicKey }
      providers.push(provider)
      return provider
    },

    seedSession(spec) {
      checkMembers('a session', spec, [
        'accessKeyId',
        'secretAccessKey',
        'sessionToken',
        'user',
        'role',
        'roleSessionName',
        'expiration',
        'mfa',
      ])
      const { accessKeyId, secretAccessKey, sessionToken, expiration, mfa = false } = spec
      if (ownerOf(accessKeyId) !== undefined) throw new Error(`the access key ${accessKeyId} exists already`)
      const end = expiration === undefined ? now() + 3_600_000 : new Date(expiration).getTime()
      if (Number.isNaN(end)) throw new Error(`"${String(expiration)}" is not a time`)
      const session: Session = {
        accessKeyId,
        secretAccessKey,
        sessionToken,
        principal: principalOf(spec),
        expiration: end,
        mfa,
        transitiveTags: new Map(),
        denied: false,
      }
      return begin(session)
    },

    issue(principal, seconds, { mfa = false, transitiveTags = new Map(), sourceIdentity, chained = false } = {}) {
      const session: Session = {
        accessKeyId: randomId('ASIA'),
        secretAccessKey: randomSecret(),
        sessionToken: randomToken(),
        principal,
        expiration: (Math.floor(now() / 1000) + seconds) * 1000,
        mfa,
        transitiveTags,
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        chained,
        denied: false,
      }
      return begin(session)
    },

    revoke(accessKeyIdOrRoleArn) {
      if (sessions.delete(accessKeyIdOrRoleArn)) return
      const revoked = role(accessKeyIdOrRoleArn)
      if (revoked === undefined) throw new Error(`"${accessKeyIdOrRoleArn}" is neither a session nor a role`)
      for (const session of sessions.values()) {
        if (session.principal.kind === 'role' && session.principal.role === revoked) session.denied = true
      }
    },

    look(accessKeyId, sessionToken) {
      const caller = ownerOf(accessKeyId)
      if (caller?.session?.sessionToken !== sessionToken) throw invalidClientToken()
      if (caller?.session !== undefined) return { caller, secret: caller.session.secretAccessKey }
      const user = caller?.principal.kind === 'user' ? caller.principal.user : undefined
      const key = user?.accessKeys.find(({ id }) => id === accessKeyId)
      if (caller === undefined || key === undefined || !key.active) throw invalidClientToken()
      return { caller, secret: key.secret }
    },

    identityProvider(issuer, account) {
      return providers.find(
        provider => provider.issuer === issuer && (account ?? provider.account) === provider.account,
      )
    },

    mfaDevice(serial) {
      return users.flatMap(({ mfaDevices }) => mfaDevices).find(device => device.serial === serial)
    },

    secrets() {
      const keys = users.flatMap(({ accessKeys, mfaDevices }) => [...accessKeys, ...mfaDevices])
      return [...keys.map(({ secret }) => secret), ...sessionSecrets]
    },
  }
}
