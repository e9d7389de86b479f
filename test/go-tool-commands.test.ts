/**
 * What the Go tool was measured to do where commands, programs, other sources, failures and the vault are concerned,
 * against what our program does, end to end. Each field of each run is compared: exit code, calls, the environment of
 * the program, what the vault holds afterwards, stdout, what a server answers. Every difference is listed here by its field, with the words of
 * docs/differences.md that say why; one that is not listed fails, and so does one that is there no more.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import fileKeyring from '../plugins/keyring-file/src/index.ts'
import { CredentialStore } from '../src/vault/credential-store.ts'
import { decodeSessionKey } from '../src/vault/session-key.ts'
import { type Call, type LocalAws, startLocalAws, type WorldSpec } from './local-aws/index.ts'
import { KEYS, OTHER_KEYS, PASSPHRASE, Sandbox } from './support/sandbox.ts'
import { ASKER, type Asked, served } from './support/server-asker.ts'
import { Terminal } from './support/terminal.ts'

interface Seen {
  /** Negative: the number of the signal that ended it. `never`: it was still running after 15 s. */
  readonly exit: number | string
  /** `AssumeRole One by GetSessionToken, 3600s, us-west-2`. */
  readonly calls: readonly string[]
  /** `AWS_*` of the program, without secrets; the access key id is said by what it is of. */
  readonly env?: Readonly<Record<string, string>>
  /** Names of keys, types and profiles of sessions, `oidc:` and a start URL. */
  readonly kept: readonly string[]
  readonly stdout?: string
  /** What a server answered, by what it was asked: status, what the credentials are of and when they end. */
  readonly served?: Readonly<Record<string, string>>
}
interface Run {
  readonly argv: readonly string[]
  /** `null` takes a variable away. */
  readonly env?: Readonly<Record<string, string | null>>
  readonly input?: string
  /** What a person types, question by question; there is no terminal if absent. */
  readonly typed?: readonly string[]
  readonly before?: { readonly write?: Readonly<Record<string, string>>; readonly spoil?: string }
}
interface Answer {
  readonly action?: string
  readonly nth?: number | readonly number[]
  readonly do: 'error' | 'answer' | 'reset' | 'hang' | 'raw'
  readonly code?: string
  /** Seconds. */
  readonly lifetime?: number
}
interface Case {
  readonly id: string
  readonly title: string
  readonly config: string | null
  readonly stored?: Readonly<Record<string, string>>
  /** The secret of what is stored, where it is none of AWS's. */
  readonly secret?: string
  readonly files?: Readonly<Record<string, string>>
  readonly aws?: readonly Answer[]
  readonly runs: readonly Run[]
  readonly av99: readonly Seen[]
  readonly avbn?: readonly Seen[]
}
interface Difference {
  /** Which of the builds does otherwise; both if absent. */
  readonly from?: 'av99' | 'avbn'
  /** Counted from 0; all if absent. */
  readonly runs?: readonly number[]
  readonly field: keyof Seen
  /** Which of what a server was asked; all if absent. */
  readonly asked?: readonly string[]
  /** Words of docs/differences.md. */
  readonly reason: string
}

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { cases } = JSON.parse(read('test/fixtures/go-tool-commands.json')) as { cases: Case[] }
const documented = read('docs/differences.md')

/** What is measured and not run yet, by the beginning of its id: there is no such command here so far. */
const LATER: Readonly<Record<string, { count: number; reason: string }>> = {
  'rotate-store-fails': {
    count: 1,
    reason: 'nothing is read-only for root; test/rotate-again.test.ts has a vault that is mounted so',
  },
}

/** In every case; what was measured leaves it out. */
const ALWAYS = 'the program inherits `AWS_VAULT_FILE_PASSPHRASE`'
/** Commands whose stdout is for programs or a table; the words of others are our own. */
const DATA: ReadonlySet<string> = new Set(['exec', 'export', 'list', 'login', 'ls'])
const FIELDS = ['exit', 'calls', 'env', 'kept', 'stdout', 'served'] as const

const pkce = 'a browser on this screen logs in by authorization code and PKCE'
const always = 'role credentials are cached only with MFA'
const ownWords = "from the program's name on, every word is its own"
const usage = 'wrong usage is exit code 1'
const unquoted = 'env formats are not quoted'
const menu = 'one build shows a menu of profiles'
const relativePath = '`web_identity_token_file = ~/token` is not found'
const emptyRole = 'without `role_arn`, an empty one is sent'
const oddNames = 'a profile name that no section header can hold'
const emptyKeys = '`add` accepts empty keys'
const leftOver = '`remove` leaves working sessions behind'
const logins = 'one build lists a login on a line of its own'
const inOrder = '`list --credentials` is sorted by name'
const askedFirst = '`login` with keys asks GetCallerIdentity and GetUser first'
const ofProcess = '`login` with what a `credential_process` gives asks GetCallerIdentity'
const signOut = 'one build signs out first with `--auto-logout`'
const together = '`list --sessions --credentials` shows one of them'
const missing = 'a program that is not found is exit code 1'
const lost = "with the ECS server, the program's exit code and signal are lost"
const byProfile = "`/role-arn/ARN` is signed for by the profile's session token"

const rotation = 'in between, and before: the keys there are'
const bareKeys = 'makes a session without MFA to rotate with'
const ownKeys = 'rotates through the role of the profile'
const noRegion = 'rotates without a region only by an error'

const all = (fields: readonly (keyof Seen)[], reason: string, runs?: readonly number[]): Difference[] =>
  fields.map(field => ({ field, reason, ...(runs && { runs }) }))

/** Of each of the cases in which a program asks the server. */
const ANSWERS: readonly Difference[] = [
  {
    field: 'served',
    asked: ['GET /anything', 'POST'],
    reason: 'the ECS server gives credentials for every path and method',
  },
  { field: 'served', asked: ['members'], reason: 'what `/role-arn/ARN` answers does not say of which role it is' },
  { field: 'served', asked: ['members of a refusal'], reason: 'a refusal of the ECS server is a sentence' },
  ...all(['kept'], always),
]

const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  'add-prompt': [
    ...all(['exit'], emptyKeys, [1, 2]),
    ...all(['kept'], emptyKeys, [1, 2, 3]),
    ...all(['stdout'], emptyKeys, [2]),
  ],
  'cache-credproc-changed': all(['env'], 'what an earlier `credential_process` gave stays in use after an edit', [1]),
  'cache-keys-swapped': [...all(['kept'], leftOver, [1, 2]), ...all(['stdout'], leftOver, [2])],
  'ecs-server': [...ANSWERS, ...all(['calls'], byProfile)],
  'ecs-server-mfa': ANSWERS,
  'ecs-server-not-found': all(['exit', 'calls', 'kept'], missing),
  'ecs-server-role': ANSWERS,
  'ecs-server-signal': all(['exit'], lost),
  'exec-debug': [...all(['kept'], always), ...all(['calls'], always, [1])],
  'exec-empty-arg': [...all(['exit'], usage, [0, 1, 2]), { from: 'avbn', runs: [0, 4], field: 'stdout', reason: menu }],
  'exec-no-dashes': [...all(['exit', 'stdout'], ownWords, [1, 2]), ...all(['calls', 'kept', 'stdout'], ownWords, [4])],
  'exec-no-shebang': all(['exit', 'stdout'], 'a script without `#!` is not run'),
  'exec-not-found': all(['exit'], missing),
  'export-formats-plain': all(['exit'], usage, [5]),
  'export-special': [
    ...all(['stdout'], unquoted, [0, 1, 2]),
    ...all(['stdout'], 'puts values with special characters into three quotes', [4]),
  ],
  'fail-hang': all(['exit'], 'a server that never answers is waited for without end'),
  'help-version': all(['stdout'], 'help goes to stderr', [3, 4, 6]),
  'list-variants': [
    ...all(['calls'], pkce, [2]),
    ...all(['stdout'], logins, [4, 5]),
    ...all(['stdout'], '`list --sessions` leaves out whose they are', [7]),
    ...all(['stdout'], inOrder, [8]),
    ...all(['exit', 'stdout'], together, [9, 10]),
  ],
  'login-keys-mfa': all(['calls'], askedFirst),
  'login-keys-noregion': all(['exit', 'calls', 'stdout'], '`login` fails without a region'),
  'login-keys-longname': all(['calls'], askedFirst),
  'login-keys-getuser-denied': all(['exit', 'calls', 'stdout'], askedFirst),
  'login-keys-root': all(['calls'], askedFirst),
  'login-keys-denied': all(['exit', 'calls', 'stdout'], askedFirst),
  'login-role': [...all(['kept'], always), ...all(['calls'], always, [1])],
  'login-role-mfa': [...all(['kept'], always), ...all(['calls'], always, [1])],
  'login-role-path': [
    ...all(['kept'], always),
    ...all(['stdout'], '`--path` with a query of its own gets a second', [0]),
    ...all(['calls'], always, [1, 2]),
  ],
  'login-cn': [...all(['calls'], askedFirst, [0]), ...all(['kept'], always, [1, 2]), ...all(['calls'], always, [2])],
  'login-credproc': all(['calls'], ofProcess),
  'login-signin-fails': [...all(['kept'], always), ...all(['calls'], always, [1, 2])],
  'bn-auto-logout': [
    { from: 'av99', field: 'exit', reason: usage },
    { from: 'avbn', field: 'exit', reason: signOut },
    { from: 'avbn', field: 'calls', reason: signOut },
    { from: 'avbn', field: 'stdout', reason: signOut },
  ],
  'rotate-create-denied': all(['calls'], rotation),
  'rotate-create-limit': all(['calls'], rotation),
  'rotate-delete-token': all(['calls'], rotation),
  'rotate-getuser-fails': all(['exit', 'calls'], ownKeys),
  'rotate-mfa': all(['calls'], rotation),
  'rotate-no-region': all(['exit', 'calls'], noRegion),
  'rotate-no-session': all(['calls'], rotation),
  'rotate-ok': all(['calls'], rotation, [1]),
  'rotate-role': [...all(['kept'], always, [0, 1]), ...all(['calls'], ownKeys, [2])],
  'rotate-session-fails': all(['exit', 'calls'], bareKeys),
  'rotate-source-only': all(['calls'], rotation),
  'sso-401-cached': all(['calls'], pkce),
  'sso-401-fresh': [...all(['calls'], pkce), ...all(['kept'], 'a login that AWS refuses stays cached')],
  'sso-as-source': [...all(['calls'], pkce, [0]), ...all(['calls'], always, [1]), ...all(['kept'], always)],
  'sso-session': [
    ...all(['calls'], pkce, [0]),
    ...all(['stdout'], logins, [2]),
    {
      from: 'av99',
      runs: [3],
      field: 'kept',
      reason: 'one build leaves the login when the sessions of a profile are cleared',
    },
  ],
  'sso-token-expired': [...all(['calls'], pkce, [0]), ...all(['calls'], 'a refresh token is kept and never used', [1])],
  'store-names': [
    ...all(['exit'], oddNames, [10]),
    ...all(['kept'], oddNames, [10, 11, 12, 13, 14, 15]),
    ...all(['stdout'], inOrder, [11]),
    ...all(['stdout'], oddNames, [12]),
  ],
  'webid-file-relative': all(['exit', 'calls', 'env', 'kept'], relativePath),
  'webid-no-role': all(['exit', 'calls', 'env', 'kept'], emptyRole),
}

/** A key of a third user, made up. */
const THIRD_KEYS = { accessKeyId: 'AKIAI33QH8DHBEXAMPLE', secretAccessKey: 'x9MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLE3rdK' }
const ALL_KEYS = [KEYS, OTHER_KEYS, THIRD_KEYS]
/** What a credential process gives. */
const PROCESS_SESSION = {
  accessKeyId: 'ASIACREDPROCESS00001',
  secretAccessKey: 'credential-process-secret-of-a-role-00001',
  sessionToken: 'credential-process-token-of-a-role',
  expiration: '2099-01-01T00:00:00Z',
}
const START_URL = 'https://example.awsapps.com/start'
const ISSUER = 'https://idp.example.com'
const MFA = 'arn:aws:iam::111111111111:mfa/alice'

function worldOf(answers: readonly Answer[], config: string | null): WorldSpec {
  const account = '111111111111'
  const accessTokenSeconds = answers.find(({ action }) => action === 'CreateToken')?.lifetime
  const keysOf = ({ accessKeyId: id, secretAccessKey: secret }: typeof THIRD_KEYS) => [{ id, secret }]
  return {
    accounts: config?.includes('arn:aws-cn:') ? [{ id: account, partition: 'aws-cn' }] : [],
    sessions: [{ ...PROCESS_SESSION, role: 'One' }],
    users: [
      { account, name: 'alice', accessKeys: keysOf(KEYS), mfaDevices: [{ serial: MFA }] },
      { account, name: 'bob', accessKeys: keysOf(OTHER_KEYS) },
      { account, name: 'carol', accessKeys: keysOf(THIRD_KEYS) },
    ],
    identityProviders: [{ account, issuer: ISSUER }],
    roles: ['One', 'Two'].map(name => ({
      account,
      name,
      maxSessionDuration: 43_200,
      trust: { principals: [account], webIdentity: { issuer: ISSUER } },
    })),
    sso: [
      {
        startUrl: START_URL,
        accounts: [
          { id: account, name: 'One', roles: ['Dev', 'Ops'] },
          { id: '222222222222', name: 'Two', roles: ['Ops'] },
        ],
        ...(accessTokenSeconds === undefined ? {} : { accessTokenSeconds }),
      },
    ],
  }
}

/** The HTTP status of an error of AWS. */
const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  InvalidClientTokenId: 403,
  LimitExceeded: 409,
  Unauthorized: 401,
}

/** What a case says that AWS does. */
function addFaults(aws: LocalAws, answers: readonly Answer[]): void {
  for (const { action, nth, do: what, code = '' } of answers) {
    if (what === 'answer') continue
    const [call = 1] = [nth ?? 1].flat()
    const times = nth === undefined ? 'always' : [nth].flat().length
    const status = action === 'getSigninToken' ? 400 : (STATUS[code] ?? 503)
    const effect =
      what === 'hang'
        ? 'hang'
        : what === 'raw'
          ? 'garbage'
          : what === 'reset'
            ? 'cut'
            : code === 'Throttling'
              ? 'throttle'
              : { error: { code: code === 'Unauthorized' ? 'UnauthorizedException' : code, status } }
    aws.faults.add({ ...(action === undefined ? {} : { action }), call, times, effect })
  }
}

/** A home as a case wants it, and what happens there. */
async function ours({ config, stored = {}, secret, files = {}, aws: answers = [], runs }: Case): Promise<Seen[]> {
  const aws = await startLocalAws({ world: worldOf(answers, config) })
  using sandbox = new Sandbox()
  try {
    sandbox.useAws(aws)
    sandbox.env.AWS_ENDPOINT_URL = aws.url
    sandbox.env.AWS_VAULT_BROWSER = sandbox.script(
      'browser',
      // Not to AWS, where the console is.
      `#!${process.execPath}\nconst go = async address => {\n  const answer = await fetch(address, { redirect: 'manual' })\n  const next = answer.headers.get('location')\n  if (next?.startsWith('http:')) await go(next)\n}\ngo(process.argv[2])\n`,
    )
    addFaults(aws, answers)
    const filled = (text: string): string =>
      text
        .replaceAll('$HOME', sandbox.home)
        .replaceAll('@code', () => aws.mfaCode(MFA))
        .replaceAll('@jwt', () => aws.webIdentityToken({ issuer: ISSUER, subject: 'build', expiresIn: 300 }))
    if (config !== null) sandbox.config(filled(config))
    for (const [path, text] of Object.entries(files)) sandbox.script(path, filled(text))
    await store(sandbox, stored, secret)
    const seen: Seen[] = []
    for (const run of runs) seen.push(await runOnce(sandbox, aws, run, filled))
    return seen
  } finally {
    await aws.close()
  }
}

async function store(sandbox: Sandbox, stored: Readonly<Record<string, string>>, secret?: string): Promise<void> {
  const keyring = await fileKeyring.open(
    testContext({ options: { dir: sandbox.vault, passphrase: PASSPHRASE }, homeDirectory: sandbox.home }),
  )
  const credentials = new CredentialStore(keyring, () => {})
  for (const [profile, accessKeyId] of Object.entries(stored)) {
    const keys = ALL_KEYS.find(it => it.accessKeyId === accessKeyId)
    assert.ok(keys, accessKeyId)
    await credentials.set(profile, { ...keys, ...(secret !== undefined && { secretAccessKey: secret }) })
  }
  await keyring.close()
}

async function runOnce(sandbox: Sandbox, aws: LocalAws, run: Run, filled: (text: string) => string): Promise<Seen> {
  const { argv, env = {}, input, typed, before = {} } = run
  for (const [path, text] of Object.entries(before.write ?? {})) sandbox.write(path, filled(text))
  if (before.spoil !== undefined) spoil(sandbox, before.spoil)
  const dump = sandbox.path('dump')
  writeFileSync(dump, '')
  const answers = sandbox.path('answers')
  rmSync(answers, { force: true })
  const programs: Readonly<Record<string, readonly string[]>> = {
    '@dump': ['sh', '-c', `env | grep ^AWS_ > ${dump}`],
    '@ask': [process.execPath, '-e', ASKER, dump, answers],
  }
  const words = argv.flatMap(word => programs[word] ?? [filled(word)])
  const variables = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value === null ? undefined : filled(value)]),
  )
  const callsBefore = aws.calls.length
  const options = { env: variables, ...(input === undefined ? {} : { input }) }
  const { code, signal, stdout } = await (typed === undefined
    ? sandbox.run(words, options)
    : type(sandbox, words, variables, typed.map(filled)))
  const program = readFileSync(dump, 'utf8')
  return {
    exit: signal === null ? (code ?? 0) : signal === 'SIGTERM' ? -15 : signal,
    calls: aws.calls
      .slice(callsBefore)
      .filter(({ action }) => action !== 'Authorize' && action !== 'login')
      .map(call => wordsOf(call, aws)),
    ...(program === '' ? {} : { env: environmentOf(program, aws) }),
    kept: kept(sandbox),
    ...(stdout === '' || !DATA.has(argv[0] ?? '') ? {} : { stdout: withoutSecrets(stdout, aws) }),
    ...(existsSync(answers) && { served: servedIn(answers, aws) }),
  }
}

function servedIn(file: string, aws: LocalAws): Record<string, string> {
  const answers = JSON.parse(readFileSync(file, 'utf8')) as Asked[]
  return served(
    answers,
    id => origin(id, aws),
    end => relative(end, aws),
  )
}

/** As a person in front of a terminal, whose stdout is not a file. */
async function type(
  sandbox: Sandbox,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  answers: readonly string[],
): Promise<{ code: number | null; signal: null; stdout: string }> {
  using terminal = new Terminal(sandbox, words, { env })
  for (const answer of answers) await terminal.answer(/: $/, `${answer}\r`)
  const { code } = await terminal.ended
  return { code, signal: null, stdout: '' }
}

function spoil(sandbox: Sandbox, type: string): void {
  const [name = ''] = readdirSync(sandbox.vault).filter(it => it.startsWith(type))
  writeFileSync(join(sandbox.vault, name), 'garbage')
}

/** What credentials are of: the call that gave them, the key that they are. */
function origin(accessKeyId: string, aws: LocalAws): string {
  const call = aws.calls.find(({ issued }) => issued === accessKeyId)
  return call === undefined ? accessKeyId : nameOf(call)
}

function nameOf({ action, parameters: { RoleArn } }: Call): string {
  return RoleArn === undefined ? action : `${action} ${RoleArn.replace(/.*\//, '')}`
}

function wordsOf(call: Call, aws: LocalAws): string {
  const { service, action, parameters, accessKeyId, region, result, fault } = call
  const { DurationSeconds, SerialNumber, account_id: account, role_name: role } = parameters
  const how = fault === 'throttle' ? 'Throttling' : fault === 'cut' ? 'reset' : fault === 'hang' ? 'hang' : result
  const end = how === 'ok' ? '' : `: ${how}`
  if (service !== 'sts') return `${action}${role === undefined ? '' : ` ${role} in ${account}`}${end}`
  const signer = accessKeyId === undefined ? 'nobody' : origin(accessKeyId, aws)
  const where = region === undefined ? '' : `, ${region}`
  const code = SerialNumber === undefined ? '' : `, code of ${SerialNumber.replace(/.*\//, '')}`
  return `${nameOf(call)} by ${signer}, ${DurationSeconds}s${where}${code}${end}`
}

/** What is about the tests, and not about the program, stays out; so do secrets, after a look that they are there. */
const OWN =
  /^AWS_(ENDPOINT_URL.*|VAULT_(BACKEND|BROWSER|PROMPT|FILE_AGENT|FILE_WORK_FACTOR)|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN)$/
/** Variables that credentials come in, or the way to them. */
const IN_VARIABLES = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
const BY_SERVER = ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_AUTHORIZATION_TOKEN']

function environmentOf(text: string, aws: LocalAws): Record<string, string> {
  const lines = text
    .trimEnd()
    .split('\n')
    .map(line => line.split(/=(.*)/) as [string, string])
  const names = lines.map(([name]) => name)
  assert.ok(
    [IN_VARIABLES, BY_SERVER].some(needed => needed.every(it => names.includes(it))),
    names.join(' '),
  )
  const shown = lines.flatMap(([name, value]): [string, string][] => {
    if (OWN.test(name)) return []
    if (name === 'AWS_CREDENTIAL_EXPIRATION') return [[name, relative(value, aws)]]
    if (name === 'AWS_CONTAINER_AUTHORIZATION_TOKEN') return [[name, '<token>']]
    if (name === 'AWS_CONTAINER_CREDENTIALS_FULL_URI') return [[name, value.replace(/:\d+/, ':<port>')]]
    const from = name === 'AWS_ACCESS_KEY_ID' ? origin(value, aws) : value
    return [[name, from === value ? value : `of ${from}`]]
  })
  return Object.fromEntries(shown)
}

/** `in 3600s`, to half a minute, as they were measured; a date that is far off as it is. */
function relative(end: string, aws: LocalAws): string {
  const seconds = Math.round((Date.parse(end) - aws.now()) / 30_000) * 30
  return seconds > 1_000_000 ? end : `in ${seconds}s`
}

function kept(sandbox: Sandbox): string[] {
  const names = (() => {
    try {
      return readdirSync(sandbox.vault)
    } catch {
      return []
    }
  })()
  return names
    .map(name => name.replaceAll('%2F', '/').replaceAll('%25', '%'))
    .map(name => {
      const session = decodeSessionKey(name)
      return session === undefined ? name : `${session.type} ${session.profile}`
    })
    .sort()
}

function withoutSecrets(text: string, aws: LocalAws): string {
  const hidden = aws
    .secrets()
    .toSorted((one, other) => other.length - one.length)
    .reduce(
      (all, secret) => all.replaceAll(secret, secret.length === 40 ? '<secret>' : '<token>'),
      text.replaceAll(/SigninToken=[^&\s]+/g, 'SigninToken=<token>'),
    )
  return hidden.replaceAll(/ASIA[A-Z0-9]{16}/g, '<id>').replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<time>')
}

/** A field as it is compared: JSON by its values, tables without their white space, times that are left without numbers. */
function compared(seen: Seen | undefined, field: keyof Seen): unknown {
  const value = seen?.[field]
  if (field !== 'stdout' || typeof value !== 'string') return value
  if (value.startsWith('{')) return JSON.parse(value)
  // Which host signs in is in a table of its own: src/console/partition-hosts.test.ts.
  if (value.includes('/federation?')) return value.replace(/^https?:\/\/[^/]+\/federation/, '<sign-in>')
  if (!value.includes('Profile ') && !/:(\d+m|<~\d+s>)/.test(value)) return value
  return value
    .replaceAll(/:(\d+m|<~\d+s>)/g, ':<time left>')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/=+/g, '=')
    .replaceAll(/ $/gm, '')
}

/** What is compared on its own: each answer of a server, every other field as a whole. */
function parts(ours: Seen | undefined, theirs: Seen | undefined, field: keyof Seen): [string, unknown, unknown][] {
  if (field !== 'served') return [['', compared(ours, field), compared(theirs, field)]]
  const names = new Set([ours, theirs].flatMap(seen => Object.keys(seen?.served ?? {})))
  return [...names].map(name => [name, ours?.served?.[name], theirs?.served?.[name]])
}

describe('the commands and programs measured on the Go tool', { concurrency: 3 }, () => {
  for (const measured of cases) {
    const { id, title, runs } = measured
    const differences = DIFFERENCES[id] ?? []
    test(`${id}: ${title}`, async () => {
      const actual = await ours(measured)
      for (const build of ['av99', 'avbn'] as const) {
        const expected = measured[build] ?? measured.av99
        for (const index of runs.keys()) {
          for (const field of FIELDS) {
            const listed = differences.filter(
              it => it.field === field && (it.from ?? build) === build && (it.runs ?? [index]).includes(index),
            )
            for (const [part, ...pair] of parts(actual[index], expected[index], field)) {
              const where = `${build}, run ${index}, ${field} ${part}`
              const isListed = listed.some(({ asked = [part] }) => asked.includes(part))
              if (isListed) assert.notDeepEqual(...pair, `${where}: the same as ours: take it off the list`)
              else assert.deepEqual(...pair, where)
            }
            for (const name of listed.flatMap(({ asked = [] }) => asked)) {
              assert.ok(name in (expected[index]?.served ?? {}), `nobody asks ${name}`)
            }
          }
        }
      }
    })
  }

  test('are all there, and every reason stands in docs/differences.md', context => {
    for (const [prefix, { count, reason }] of Object.entries(LATER)) {
      context.diagnostic(`not run: ${count} cases ${prefix}*: ${reason}`)
    }
    const planned = (JSON.parse(read('test/fixtures/go-tool-cases.json')) as { cases: unknown[] }).cases.length
    const later = Object.values(LATER).reduce((sum, { count }) => sum + count, 0)
    assert.equal(planned + cases.length + later, 149)
    assert.ok(documented.includes(ALWAYS))
    for (const [id, differences] of Object.entries(DIFFERENCES)) {
      assert.ok(
        cases.some(it => it.id === id),
        `there is no case ${id}`,
      )
      for (const { reason } of differences) assert.ok(documented.includes(reason), `not in the docs: ${reason}`)
    }
  })
})
