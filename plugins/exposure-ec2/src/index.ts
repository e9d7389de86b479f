import type { Exposure } from '@aws-vault/plugin-sdk'

/**
 * Contribution `exposures.ec2`: serves credentials on a loopback port as the instance metadata service of Amazon EC2
 * does, version 2 (Amazon EC2 User Guide, "Use the Instance Metadata Service"), and on request at 169.254.169.254:80.
 */
const exposure: Exposure = {
  async expose(source, context) {
    const { options, logger, clock, platform } = context
    const [
      { answerText, startLoopbackServer },
      { metadataHandler, TOKEN },
      { METADATA_ADDRESS },
      { SessionTokens },
      { SocketOwners },
    ] = await Promise.all([
      import('@aws-vault/plugin-sdk/server'),
      import('./metadata-handler.ts'),
      import('./proxy/names.ts'),
      import('./session-tokens.ts'),
      import('./socket-owners.ts'),
    ])
    const isBound = options.bindMetadataAddress === true
    const proxies = isBound ? await import('./start-proxy.ts') : undefined
    // Before anything is opened, and before anybody is asked for a password.
    proxies?.checkCanBind(platform)
    const tokens = new SessionTokens(clock)
    const owners = new SocketOwners({ platform, userId: process.getuid?.() })
    const server = await startLoopbackServer({
      handler: metadataHandler({
        source,
        clock,
        tokens,
        allowsVersion1: options.imdsV1 === true,
      }),
      proves: ({ headers }) => clock.now() < tokens.end(headers.get(TOKEN) ?? ''),
      // Nothing in a first request is secret: only the system knows whose program asks.
      admits: client =>
        owners.isOurs(client).catch(error => {
          logger.debug(`it could not be told whose program asks: ${(error as Error).message}`)
          return false
        }),
      methods: ['GET', 'PUT'],
      headers: ['X-Forwarded-For', 'X-aws-ec2-metadata-token', 'X-aws-ec2-metadata-token-ttl-seconds'],
      refusal: (status, word) => answerText(status, word),
      hosts: isBound ? [METADATA_ADDRESS, `${METADATA_ADDRESS}:80`] : [],
      port: options.port as number | undefined,
      logger,
    })
    try {
      const proxy = await proxies?.startProxy({ port: server.port, logger })
      return {
        environment: {
          // Without a slash at its end: some SDKs put one before what they add, and none leaves it out.
          AWS_EC2_METADATA_SERVICE_ENDPOINT: isBound ? `http://${METADATA_ADDRESS}` : server.url,
        },
        async close() {
          await proxy?.close()
          await server.close()
        },
      }
    } catch (error) {
      await server.close()
      throw error
    }
  },
}

export default exposure
