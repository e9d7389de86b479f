/**
 * Calls to AWS STS with what all of them need: the user's proxy and certificates, time limits, repetition that does no
 * harm, and errors that say what to do. For credential providers; needs the package `@aws-sdk/client-sts`, which is
 * loaded when the first call is made.
 * @module
 */
import type { STSClient, Credentials as StsCredentials } from '@aws-sdk/client-sts'
import type { PartContext } from './context.ts'
import type { Credentials } from './credentials.ts'
import { VaultError } from './errors.ts'
import type { CredentialStep } from './provider.ts'
import { createStepClient, type StsModule } from './sts/client.ts'
import { type FailedCall, stsError } from './sts/error.ts'
import { proxyFor } from './sts/https-agent.ts'
import { runCall, type SendOptions } from './sts/run-call.ts'
import { isSessionOfRole } from './sts/same-role.ts'

export type { StsModule } from './sts/client.ts'
export type { SendOptions } from './sts/run-call.ts'
export { usualSessionName } from './sts/session-name.ts'

/** One call. */
export interface StsCall {
  /** STS's name for it, e.g. `AssumeRole`. */
  readonly action: string
  /** Where it goes (`region`, `endpointUrl`, the parameter `legacyGlobalEndpoint`) and for whom. */
  readonly step: CredentialStep
  /** What signs it; absent for a call that needs no signature. */
  readonly source?: Credentials | undefined
  /** The one-time code that it carries. */
  readonly mfaCode?: string | undefined
  /** Further secrets in it, which no error may repeat. */
  readonly secrets?: readonly string[]
}

/**
 * Makes a call. Repeats it when AWS is throttling or failing or the connection is cut, three attempts in all; one that
 * carries a code only where the code cannot have been used up. Reads neither the environment nor AWS's config files.
 *
 * @param send sends the one command, e.g. `(client, sts, options) => client.send(new sts.AssumeRoleCommand(input), options)`
 * @throws MfaRefusedError when AWS refuses the code
 * @throws SourceExpiredError when the source is a session that AWS accepts no more
 * @throws VaultError ERR_STS_DENIED (its fact `sourceMayBeRevoked` says that the source may be to blame),
 *   ERR_STS_KEYS_REFUSED, ERR_STS_MFA_DEVICE, ERR_STS_INVALID, ERR_STS_REGION_DISABLED, ERR_STS_REFUSED when AWS refuses;
 *   ERR_STS_FAILED when the call could not be made; ERR_STS_THROTTLED, ERR_STS_UNAVAILABLE when it cannot answer; ERR_NETWORK_FAILED, ERR_NETWORK_TIMEOUT when it cannot be reached;
 *   ERR_CLOCK_SKEW when our clock is wrong; ERR_HTTP_PROXY, ERR_HTTP_CA_BUNDLE for bad settings. Each names the profile,
 *   and none holds a secret
 * @throws the reason of `context.signal` when that is aborted
 */
export async function callSts<T>(
  call: StsCall,
  context: PartContext,
  send: (client: STSClient, sts: StsModule, options: SendOptions) => Promise<T>,
): Promise<T> {
  const { action, step, source, mfaCode, secrets = [] } = call
  context.signal.throwIfAborted()
  const sts = await import('@aws-sdk/client-sts')
  const { client, url, clockDifference } = await createStepClient(sts, step, source, context)
  const failed = (): FailedCall => ({
    ...{ action, step, source, mfaCode, secrets, host: url.host },
    proxy: proxyFor(url, context.http)?.host,
    clockDifference: clockDifference(),
  })
  try {
    const settings = { failed, carriesCode: mfaCode !== undefined, errorOf: stsError }
    return await runCall(options => send(client, sts, options), context, settings)
  } finally {
    client.destroy()
  }
}

/**
 * The credentials in an answer of STS.
 * @throws VaultError ERR_STS_ANSWER when they are not complete
 */
export function credentialsIn(
  answer: { readonly Credentials?: StsCredentials | undefined },
  call: StsCall,
): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {}
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    const { action, step } = call
    throw new VaultError('ERR_STS_ANSWER', `AWS answered ${action} for profile "${step.profile}" without credentials`, {
      hint: 'check that the endpoint is one of AWS STS',
      facts: { profile: step.profile, action },
    })
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  }
}

/**
 * Whether AWS says that `session`, which another program left, is one of the role in the step's parameters (`roleArn`,
 * and `roleSessionName` where it is set). What AWS does not say, such as its policy, the caller has to think of.
 */
export async function isRoleSession(
  step: CredentialStep,
  session: Credentials,
  context: PartContext,
): Promise<boolean> {
  const { roleArn, roleSessionName } = step.parameters
  if (typeof roleArn !== 'string') return false
  const name = typeof roleSessionName === 'string' ? roleSessionName : undefined
  const call: StsCall = { action: 'GetCallerIdentity', step, source: session }
  try {
    const { Arn } = await callSts(call, context, (client, sts, options) =>
      client.send(new sts.GetCallerIdentityCommand({}), options),
    )
    return isSessionOfRole(Arn ?? '', roleArn, name)
  } catch {
    context.signal.throwIfAborted()
    return false
  }
}
