import type { Credentials } from '../credentials.ts'

/** What the container endpoints of ECS and EKS give (AWS SDKs and Tools Reference Guide, container credential provider). */
export interface ContainerCredentials {
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token?: string
  readonly Expiration: string
  readonly RoleArn?: string
}

/**
 * Credentials as the container endpoints give them. The time is in whole seconds, as not every reader takes fractions,
 * and cut, so that it is never later than the true one.
 * @param roleArn the role that they are of, where that is known
 */
export function containerCredentials(
  { accessKeyId, secretAccessKey, sessionToken, expiration }: Credentials & { readonly expiration: Date },
  roleArn?: string,
): ContainerCredentials {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    ...(sessionToken === undefined ? {} : { Token: sessionToken }),
    Expiration: `${expiration.toISOString().slice(0, 19)}Z`,
    ...(roleArn === undefined ? {} : { RoleArn: roleArn }),
  }
}
