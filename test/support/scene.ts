import { readFileSync } from 'node:fs'
import { type LocalAws, startLocalAws, type WorldSpec } from '../local-aws/index.ts'
import { KEYS, OTHER_KEYS, Sandbox } from './sandbox.ts'

export const ACCOUNT = '123456789012'

/** The serial of alice's MFA device. */
export const ALICE_MFA: string = `arn:aws:iam::${ACCOUNT}:mfa/alice`

/** The ARN of a role in our account. */
export const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`

/**
 * The world of most tests: alice (`KEYS`, with an MFA device) and bob (`OTHER_KEYS`); the roles `admin` and `reader`,
 * which anybody of the account may assume, `guarded`, which takes MFA, and `deploy`, which only `admin` may assume.
 */
export const WORLD: WorldSpec = {
  users: [
    { name: 'alice', accessKeys: [{ id: KEYS.accessKeyId, secret: KEYS.secretAccessKey }], mfaDevices: [{}] },
    { name: 'bob', accessKeys: [{ id: OTHER_KEYS.accessKeyId, secret: OTHER_KEYS.secretAccessKey }] },
  ],
  roles: [
    { name: 'admin', maxSessionDuration: 43_200, trust: { principals: [ACCOUNT], tagSession: true } },
    { name: 'reader', maxSessionDuration: 43_200 },
    { name: 'guarded', maxSessionDuration: 43_200, trust: { principals: [ACCOUNT], requireMfa: true } },
    { name: 'deploy', trust: { principals: [roleArn('admin')] } },
  ],
}

/** A user's home and an AWS, for one test. */
export interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox
  readonly aws: LocalAws
  /** The calls so far, each with its signer: `AssumeRole by alice`, or `by alice's session`, `by admin's session`. */
  calls(): string[]
}

/**
 * Sets a scene.
 * @param config text of ~/.aws/config
 * @param keys profiles for which alice's keys are stored
 */
export async function setScene({
  config = '[profile work]\nregion = eu-west-1\n',
  keys = ['work'],
  world = WORLD,
}: {
  readonly config?: string
  readonly keys?: readonly string[]
  readonly world?: WorldSpec
} = {}): Promise<Scene> {
  const aws = await startLocalAws({ world })
  const sandbox = new Sandbox()
  sandbox.useAws(aws)
  sandbox.config(config)
  for (const profile of keys) await sandbox.add(profile)
  return {
    sandbox,
    aws,
    calls: () => aws.calls.map(({ action, signer, temporary }) => `${action} by ${signerName(signer, temporary)}`),
    async [Symbol.asyncDispose]() {
      sandbox[Symbol.dispose]()
      await aws.close()
    },
  }
}

/** `alice` of `arn:aws:iam::123456789012:user/alice`, `admin's session` of an assumed role's. */
function signerName(arn = 'nobody', temporary = false): string {
  const [, name = arn] = arn.split('/')
  return temporary ? `${name}'s session` : name
}

/** The `mfa_process` of a sandbox: it prints one code after the other, the last one again and again, and counts. */
export interface MfaProcess {
  /** For `mfa_process =`. */
  readonly command: string
  /** How often it was asked. */
  asked(): number
}

/** Writes an `mfa_process` that prints these codes. */
export function mfaProcess(sandbox: Sandbox, codes: readonly string[]): MfaProcess {
  const asked = sandbox.write('mfa/asked', '')
  sandbox.write('mfa/codes', codes.map(code => `${code}\n`).join(''))
  const command = sandbox.script(
    'mfa/print',
    `#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo >> asked
asked=$(wc -l < asked)
[ "$asked" -lt ${codes.length} ] || asked=${codes.length}
sed -n "\${asked}p" codes
`,
  )
  return { command, asked: () => readFileSync(asked, 'utf8').length }
}
