import type { Credentials } from '@aws-vault/plugin-sdk'
import { callSts } from '@aws-vault/plugin-sdk/sts'
import type { Container } from '../container.ts'
import { plan } from './plan.ts'
import { readWishes } from './wishes.ts'

/**
 * Whose keys they are, as an ARN (STS GetCallerIdentity, for which no permission is needed).
 * @throws VaultError when AWS does not know them, or cannot be reached
 */
export async function whoIs(container: Container, profile: string, keys: Credentials): Promise<string> {
  const wishes = readWishes({}, container.world.environment)
  const config = container.awsConfig()
  const { steps } = plan({ profile, config, storedKeys: new Set([profile]), wishes, claims: new Map() })
  const first = steps.find(step => step.kind === 'provider')
  const step = first?.step ?? { provider: 'session-token', profile, parameters: {} }
  const { Arn = 'nobody that AWS names' } = await callSts(
    { action: 'GetCallerIdentity', step, source: keys },
    container.callContext(),
    (client, sts, options) => client.send(new sts.GetCallerIdentityCommand({}), options),
  )
  return Arn
}
