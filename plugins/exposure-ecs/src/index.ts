import type { Exposure } from '@aws-vault/plugin-sdk'

/**
 * Contribution `exposures.ecs`: serves credentials on a loopback port as the container endpoint of Amazon ECS does
 * (AWS SDKs and Tools Reference Guide, container credential provider).
 */
const exposure: Exposure = {
  async expose(source, { options, logger }) {
    const { containerError, containerHandler, SecretToken, startLoopbackServer } = await import(
      '@aws-vault/plugin-sdk/server'
    )
    const token = new SecretToken()
    const server = await startLoopbackServer({
      handler: containerHandler({ source, path: '/', isAuthorized: given => token.equals(given) }),
      proves: ({ headers }) => token.equals(headers.get('authorization')),
      refusal: (status, word) => containerError(status, 'RequestRefused', word),
      headers: ['Authorization'],
      port: options.port as number | undefined,
      logger,
    })
    return {
      environment: {
        // Without a slash at its end, so that scripts can append `/role-arn/ARN`; clients ask for `/` all the same.
        AWS_CONTAINER_CREDENTIALS_FULL_URI: server.url,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: token.text,
      },
      close: () => server.close(),
    }
  },

  async exposeProfiles(sources, doors, context) {
    const { serveProfiles } = await import('./serve-profiles.ts')
    return serveProfiles(sources, doors, context)
  },
}

export default exposure
