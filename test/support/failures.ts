import type { FaultSpec } from '../local-aws/index.ts'
import { KEYS, OTHER_KEYS } from './sandbox.ts'
import { ALICE_MFA, mfaProcess, roleArn, type Scene } from './scene.ts'

/** Something that goes wrong, and what a user is told. */
export interface Failure {
  readonly name: string
  readonly config?: string
  /** Profiles with stored keys; `work` if absent. */
  readonly keys?: readonly string[]
  /** What is run; `exec work true` if absent. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
  readonly faults?: readonly FaultSpec[]
  readonly prepare?: (scene: Scene) => unknown
  /** Exit code; 1 if absent. */
  readonly code?: number
  /** What stands on stderr: the sentence, and after it the hint. */
  readonly says: RegExp
  /** How many calls AWS sees; none if absent. */
  readonly calls?: number
}

const work = '[profile work]\nregion = eu-west-1\n'
const admin = `${work}[profile admin]\nsource_profile = work\nrole_arn = ${roleArn('admin')}\n`
const withMfa = `${work}mfa_serial = ${ALICE_MFA}\n`

const error = (code: string, status = 403, message = ''): FaultSpec => ({
  times: 'always',
  effect: { error: { code, status, message } },
})

/** Profiles and settings that cannot be meant. */
export const CONFIG_FAILURES: readonly Failure[] = [
  {
    name: 'a misspelt profile',
    config: `${work}[profile sandbox]\n`,
    args: ['exec', 'wrok', 'true'],
    says: /there is no profile "wrok" in .*\/\.aws\/config\n {2}hint: did you mean "work"\?.*aws-vault list --profiles/,
  },
  {
    name: 'a misspelt profile, though [default] has settings that it would inherit',
    config: `[default]\nregion = eu-west-1\nrole_arn = ${roleArn('admin')}\nsource_profile = work\n${work}`,
    args: ['exec', 'wrk', 'true'],
    says: /there is no profile "wrk"/,
  },
  {
    name: 'no credentials at the end of a chain',
    config: admin,
    keys: [],
    args: ['exec', 'admin', 'true'],
    says: /no credentials are stored for profile "work" \(admin -> work\)\n {2}hint: .*aws-vault add work/,
  },
  {
    name: 'a source profile that is not there',
    config: admin.replace('= work', '= wrok'),
    args: ['exec', 'admin', 'true'],
    says: /source_profile .*"wrok".*\.aws\/config:4 \[profile admin\]\n {2}hint: did you mean "work"\?/,
  },
  {
    name: 'a circle of source profiles',
    config: `[profile a]\nsource_profile = b\nrole_arn = ${roleArn('admin')}
[profile b]\nsource_profile = a\nrole_arn = ${roleArn('reader')}\n`,
    keys: [],
    args: ['exec', 'a', 'true'],
    says: /circle: a -> b -> a \(.*config:2 \[profile a\], .*config:5 \[profile b\]\)\n {2}hint: remove one of these/,
  },
  {
    name: 'a circle of included profiles',
    config: '[profile work]\ninclude_profile = b\n[profile b]\ninclude_profile = work\n',
    keys: [],
    says: /include_profile .*circle.*config:2 .*config:4 [\s\S]*hint: /,
  },
  {
    name: 'a line without an equals sign',
    config: `${work}region eu-west-1\n`,
    keys: [],
    says: /\.aws\/config:3: .*equals sign[\s\S]*hint: mend line 3 of .*\/\.aws\/config/,
  },
  {
    name: 'a section header that is not closed',
    config: `${work}[profile other\n`,
    keys: [],
    says: /\.aws\/config:3: .*not closed[\s\S]*hint: mend line 3/,
  },
  {
    name: 'a duration in the config that is none',
    config: `${admin}duration_seconds = soon\n`,
    args: ['exec', 'admin', 'true'],
    says: /duration_seconds "soon" at .*config:6 \[profile admin\].*seconds, such as 3600\n {2}hint: mend line 6/,
  },
  {
    name: 'a duration without a unit',
    args: ['exec', '-d', '3600', 'work', 'true'],
    says: /duration "3600" at flag --duration .*needs a unit, as in 3600s/,
  },
  {
    name: 'a duration in the environment that is none',
    env: { AWS_SESSION_TOKEN_TTL: 'a while' },
    says: /AWS_SESSION_TOKEN_TTL "a while" at environment variable AWS_SESSION_TOKEN_TTL is not valid/,
  },
  {
    name: 'a duration that AWS would refuse',
    args: ['exec', '-d', '10s', 'work', 'true'],
    says: /duration at flag --duration is 10s, but AWS gives a session token at least 15m/,
  },
  {
    name: 'a region that would become another host',
    config: '[profile work]\nregion = a.b/#\n',
    says: /region "a\.b\/#" at .*config:2 \[profile work\] is not valid[\s\S]*hint: mend line 2/,
  },
  {
    name: 'a region in the environment that is none',
    env: { AWS_REGION: 'eu west' },
    says: /region "eu west" at environment variable AWS_REGION is not valid/,
  },
  {
    name: 'a config file that cannot be read',
    env: { AWS_CONFIG_FILE: '/dev' },
    says: /the AWS config file \/dev cannot be read/,
  },
  {
    name: 'a source that makes no sense here',
    config: '[profile work]\nregion = eu-west-1\ncredential_source = Ec2InstanceMetadata\n',
    keys: [],
    says: /credential_source = Ec2InstanceMetadata of profile "work" \(.*config:3 .*the role of the EC2 instance[\s\S]*hint: run/,
  },
  {
    name: 'a credential_process that fails',
    config: `[profile work]\ncredential_process = exit 3 # ${KEYS.secretAccessKey}\n`,
    keys: [],
    says: /the credential_process of profile "work" ended with exit code 3\n(.*debug.*\n)* {2}hint: /,
  },
  {
    name: 'a credential_process that prints a secret and no JSON',
    config: `[profile work]\ncredential_process = echo ${KEYS.secretAccessKey}\n`,
    keys: [],
    says: /the credential_process of profile "work" did not print one JSON object/,
  },
  {
    name: 'a web identity without a role',
    config: '[profile work]\nweb_identity_token_file = ~/token\n',
    keys: [],
    says: /profile work has a web_identity_token_file \(.*config:2 .*\), but no role_arn[\s\S]*hint: set role_arn/,
  },
  {
    name: 'a web identity token that is more than one word',
    config: `[profile work]\nrole_arn = ${roleArn('admin')}\nweb_identity_token_process = echo '{"token":' '"${KEYS.secretAccessKey}"}'\n`,
    keys: [],
    says: /the web_identity_token_process of profile "work" gives no token: there is more than one word in it\n/,
  },
  {
    name: 'a backend that is not there',
    args: ['exec', '--backend', 'shoebox', 'work', 'true'],
    says: /no keyring "shoebox" \(flag --backend\)\n {2}hint: there are: .*file/,
  },
]

/** What AWS, and the network before it, may do. */
export const AWS_FAILURES: readonly Failure[] = [
  {
    name: 'AWS denies it',
    config: admin.replace('role/admin', 'role/nobodys'),
    args: ['exec', 'admin', 'true'],
    says: /AWS denied AssumeRole for profile "admin": User: \S+user\/alice is not authorized[\s\S]*hint: .*mfa_serial/,
    calls: 1,
  },
  {
    name: 'the key was deleted',
    faults: [error('InvalidClientTokenId')],
    says: /AWS does not accept the access key AKIAIOSFODNN7EXAMPLE[\s\S]*hint: .*aws-vault add/,
    calls: 1,
  },
  {
    name: 'the secret does not belong to the key',
    prepare: ({ sandbox }) => sandbox.add('work', { ...KEYS, secretAccessKey: OTHER_KEYS.secretAccessKey }),
    says: /AWS does not accept the secret key that goes with AKIAIOSFODNN7EXAMPLE[\s\S]*hint: .*aws-vault add/,
    calls: 1,
  },
  {
    name: 'AWS repeats a secret in its answer',
    faults: [error('ValidationError', 400, `what is ${KEYS.secretAccessKey}?`)],
    says: /what is (\*\*\*|\[secret\])\?/,
    calls: 1,
  },
  {
    name: 'nobody answers at the address',
    prepare: ({ aws }) => aws.close(),
    says: /127\.0\.0\.1:\d+ cannot be reached for GetSessionToken for profile "work".*\(ECONNREFUSED\)\n {2}hint: check the endp/,
  },
  {
    name: 'AWS has too many calls, again and again',
    faults: [{ effect: 'throttle', times: 'always' }],
    says: /AWS is busy: trying GetSessionToken[\s\S]*aws-vault: AWS has too many calls to answer[\s\S]*hint: wait/,
    calls: 3,
  },
  {
    name: 'AWS fails, again and again',
    faults: [error('InternalFailure', 500)],
    says: /AWS failed to answer GetSessionToken for profile "work".*InternalFailure/,
    calls: 3,
  },
  {
    name: 'the connection is cut, again and again',
    faults: [{ effect: 'cut', times: 'always' }],
    says: /cannot be reached for GetSessionToken.*the connection was cut \(ECONNRESET\)/,
    calls: 3,
  },
  {
    name: 'the connection is cut in the middle of the answer, again and again',
    faults: [{ effect: 'cut-answer', times: 'always' }],
    says: /cannot be reached for GetSessionToken.*the connection was cut/,
    calls: 3,
  },
  {
    name: 'a web page answers',
    faults: [{ effect: 'garbage', times: 'always' }],
    says: /what answers there is not AWS\n {2}hint: .*sign in/,
    calls: 1,
  },
  {
    name: 'a wrong MFA code on the command line',
    config: withMfa,
    args: ['exec', '-t', '000000', 'work', 'true'],
    says: /AWS refused the MFA code given for profile "work"\n {2}hint: .*mfa\/alice shows the next code/,
    calls: 1,
  },
  {
    name: 'three wrong MFA codes',
    prepare: ({ sandbox, aws }) => {
      const own = [-30, 0, 30].map(seconds => aws.mfaCode(ALICE_MFA, aws.now() + seconds * 1000))
      const wrong = ['000000', '000001', '000002', '000003', '000004', '000005'].filter(code => !own.includes(code))
      sandbox.config(`${withMfa}mfa_process = ${mfaProcess(sandbox, wrong).command} --seed ${KEYS.secretAccessKey}\n`)
    },
    says: /(AWS refused the MFA code for profile "work"\naws-vault: ){3}no MFA code for profile "work" was accepted\n {2}hint: .*clock/,
    calls: 3,
  },
  {
    name: 'an mfa_process that fails',
    config: `${withMfa}mfa_process = exit 3 # ${KEYS.secretAccessKey}\n`,
    says: /the mfa_process of profile "work" ended with exit code 3\n {2}hint: /,
  },
  {
    name: 'an mfa_process that prints nonsense',
    config: `${withMfa}mfa_process = echo ${OTHER_KEYS.secretAccessKey}\n`,
    says: /an MFA code is six digits/,
  },
  {
    name: 'nobody to ask for an MFA code',
    config: withMfa,
    says: /terminal[\s\S]*hint: /,
  },
  {
    name: "an MFA device that is not the user's",
    config: withMfa.replace('mfa/alice', 'mfa/mallory'),
    args: ['exec', '-t', '123456', 'work', 'true'],
    says: /AWS does not take codes of the MFA device \S+mfa\/mallory[\s\S]*hint: check mfa_serial/,
    calls: 1,
  },
]

/** What may be wrong with a vault. */
export const VAULT_FAILURES: readonly Failure[] = [
  {
    name: 'a wrong passphrase',
    env: { AWS_VAULT_FILE_PASSPHRASE: 'another passphrase altogether' },
    says: /wrong passphrase for the vault in ~\/\.awsvault\/keys\n {2}hint: .*AWS_VAULT_FILE_PASSPHRASE/,
  },
  {
    name: 'a wrong passphrase for add',
    args: ['add', 'other', '--env'],
    env: {
      AWS_VAULT_FILE_PASSPHRASE: 'another passphrase altogether',
      AWS_ACCESS_KEY_ID: OTHER_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: OTHER_KEYS.secretAccessKey,
    },
    says: /wrong passphrase for the vault in ~\/\.awsvault\/keys\n {2}hint: .*AWS_VAULT_FILE_PASSPHRASE/,
  },
  {
    name: 'nobody to ask for the passphrase',
    env: { AWS_VAULT_FILE_PASSPHRASE: undefined },
    says: /terminal[\s\S]*hint: /,
  },
  {
    name: 'a file that is cut',
    prepare: ({ sandbox }) => sandbox.write('.awsvault/keys/work', (sandbox.vaultFiles().work ?? '').slice(0, -9)),
    says: /\.awsvault\/keys\/work[\s\S]*hint: /,
  },
  {
    name: 'a file that holds something else',
    prepare: ({ sandbox }) => sandbox.write('.awsvault/keys/work', `aws_secret_access_key=${KEYS.secretAccessKey}`),
    says: /\.awsvault\/keys\/work[\s\S]*hint: /,
  },
  {
    name: 'keys for add that are swapped',
    args: ['add', 'work', '--env'],
    env: { AWS_ACCESS_KEY_ID: KEYS.secretAccessKey, AWS_SECRET_ACCESS_KEY: KEYS.accessKeyId },
    says: /swapped/,
  },
  {
    name: 'a CSV file for add without the right columns',
    args: ['add', 'work', '--stdin'],
    input: `id,secret\n${KEYS.accessKeyId},${KEYS.secretAccessKey}\n`,
    says: /standard input has no access key in it/,
  },
  {
    name: 'a program that is not there',
    args: ['exec', '-n', 'work', 'no-such-program'],
    code: 127,
    says: /no-such-program/,
  },
  {
    name: 'an export inside an exec',
    args: ['export', 'work'],
    env: { AWS_VAULT: 'work' },
    says: /inside aws-vault exec work already/,
  },
]
