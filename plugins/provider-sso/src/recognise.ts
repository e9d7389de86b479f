import type { Credentials, PartContext } from '@aws-vault/plugin-sdk'
import { callSts } from '@aws-vault/plugin-sdk/sts'
import { isSessionOfPermissionSet } from './same-role.ts'
import { type Target, textParameter } from './target.ts'

/**
 * Whether a session, which another program left, is of the step's role: STS is asked whose it is (GetCallerIdentity, for
 * which no permission is needed). `false` when AWS does not know it, or cannot be reached. How long it was asked to
 * live does not matter: the permission set says that, not who asks.
 */
export async function isOfRole(
  { step, stsEndpointUrl }: Target,
  session: Credentials,
  context: PartContext,
): Promise<boolean> {
  const [accountId, roleName] = [textParameter(step, 'accountId'), textParameter(step, 'roleName')]
  const { endpointUrl: _, ...rest } = step
  const stsStep = { ...rest, ...(stsEndpointUrl !== undefined && { endpointUrl: stsEndpointUrl }) }
  try {
    const { Arn = '' } = await callSts(
      { action: 'GetCallerIdentity', step: stsStep, source: session },
      context,
      (client, sts, options) => client.send(new sts.GetCallerIdentityCommand({}), options),
    )
    return isSessionOfPermissionSet(Arn, accountId, roleName)
  } catch {
    context.signal.throwIfAborted()
    return false
  }
}
