import type { Credentials, Exposure } from '@aws-vault/plugin-sdk'

/** Contribution `exposures.env`: hands credentials to a program as environment variables. */
const exposure: Exposure = {
  async expose(source) {
    return { environment: environmentOf(await source.current()) }
  },
}

function environmentOf(credentials: Credentials): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // AWS_SECURITY_TOKEN is its name from before 2014, which old programs still read.
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken, AWS_SECURITY_TOKEN: sessionToken }),
    ...(expiration === undefined ? {} : { AWS_CREDENTIAL_EXPIRATION: withoutFraction(expiration) }),
  }
}

/** RFC 3339 in UTC, in whole seconds: not every reader takes fractions. */
function withoutFraction(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

export default exposure
