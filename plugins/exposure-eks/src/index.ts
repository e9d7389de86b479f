import type { Exposure } from '@aws-vault/plugin-sdk'

/**
 * Contribution `exposures.eks`: serves credentials on a loopback port as the agent of EKS Pod Identity does
 * (Amazon EKS User Guide, "How EKS Pod Identity works"). No token stands in the program's environment.
 */
const exposure: Exposure = {
  async expose(source, { options, logger, clock, runtimeDirectory }) {
    const [{ containerError, containerHandler, startLoopbackServer }, { RotatingToken }, { makeTokenDirectory }] =
      await Promise.all([
        import('@aws-vault/plugin-sdk/server'),
        import('./rotating-token.ts'),
        import('./token-directory.ts'),
      ])
    const token = new RotatingToken(makeTokenDirectory(runtimeDirectory(), clock.now()), logger)
    const path = '/v1/credentials'
    try {
      const server = await startLoopbackServer({
        handler: containerHandler({ source, path, isAuthorized: given => token.equals(given) }),
        proves: ({ headers }) => token.equals(headers.get('authorization')),
        refusal: (status, word) => containerError(status, 'RequestRefused', word),
        headers: ['Authorization'],
        port: options.port as number | undefined,
        logger,
      })
      return {
        environment: {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: `${server.url}${path}`,
          AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token.file,
        },
        async close() {
          token.remove()
          await server.close()
        },
      }
    } catch (error) {
      token.remove()
      throw error
    }
  },
}

export default exposure
