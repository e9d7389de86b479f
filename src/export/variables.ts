import type { Credentials } from '@aws-vault/plugin-sdk'

/** Credentials as the environment variables that the AWS SDKs read, and the region if there is one. */
export function credentialVariables(credentials: Credentials, region: string | undefined): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    ...(expiration === undefined ? {} : { AWS_CREDENTIAL_EXPIRATION: `${expiration.toISOString().slice(0, 19)}Z` }),
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  }
}
