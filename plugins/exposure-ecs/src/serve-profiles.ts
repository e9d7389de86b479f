import type { CredentialSource, ExposedProfiles, FurtherDoors, PartContext } from '@aws-vault/plugin-sdk'
import {
  containerError,
  containerHandler,
  type Handler,
  type LoopbackServer,
  type LoopbackServerOptions,
  SecretToken,
  startLoopbackServer,
} from '@aws-vault/plugin-sdk/server'
import { profilePath } from './profile-path.ts'

/** `/profiles/NAME/role-arn/ARN`, as the path of the profile and the rest. */
const ROLE_OF_PROFILE = /^(\/profiles\/[^/]+)(\/role-arn\/.+)$/

/**
 * Serves several profiles at one port with one token: each at its own path, and the roles that it may assume below that.
 * With a single profile, `/role-arn/ARN` works too, as under `exec`.
 * @throws VaultError ERR_SERVER_LISTEN, and then nothing is left open
 */
export async function serveProfiles(
  sources: readonly CredentialSource[],
  doors: FurtherDoors,
  { options, logger }: Pick<PartContext, 'options' | 'logger'>,
): Promise<ExposedProfiles> {
  const token = new SecretToken()
  const common: LoopbackServerOptions = {
    handler: handlerOf(sources, token),
    proves: ({ headers }) => token.equals(headers.get('authorization')),
    refusal: (status, word) => containerError(status, 'RequestRefused', word),
    headers: ['Authorization'],
    logger,
  }
  const servers: LoopbackServer[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(server => server.close()))
  }
  try {
    const own = await startLoopbackServer({
      ...common,
      port: options.port as number | undefined,
      hosts: doors.hosts ?? [],
    })
    servers.push(own)
    // Who comes by another door has the request from a client that was told the port of the first.
    const hosts = [new URL(own.url).host, ...(doors.hosts ?? [])]
    const { socketPath, address, isAllowedClient } = doors
    if (socketPath !== undefined) servers.push(await startLoopbackServer({ ...common, socketPath, hosts }))
    if (address !== undefined) {
      const allowed = isAllowedClient === undefined ? {} : { isAllowedClient }
      const further = [...hosts, `host.docker.internal:${own.port}`]
      servers.push(await startLoopbackServer({ ...common, address, port: own.port, hosts: further, ...allowed }))
    }
    const environments = sources.map(({ profile }) => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${own.url}${profilePath(profile)}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: token.text,
    }))
    return { environments, close }
  } catch (error) {
    await close()
    throw error
  }
}

function handlerOf(sources: readonly CredentialSource[], token: SecretToken): Handler {
  const isAuthorized = (given: string | undefined): boolean => token.equals(given)
  const handlers = new Map<string, Handler>()
  for (const source of sources) {
    const path = profilePath(source.profile)
    handlers.set(path, containerHandler({ source, path, isAuthorized }))
  }
  const [first] = handlers.values() as unknown as [Handler]
  const isAlone = handlers.size === 1
  return (request, client) => {
    const own = handlers.get(request.path)
    if (own !== undefined) return own(request, client)
    const [, path = '', role = ''] = ROLE_OF_PROFILE.exec(request.path) ?? []
    const profile = handlers.get(path)
    if (profile !== undefined) return profile({ ...request, path: role }, client)
    // Any of them knows the token, and none of them has anything at the root.
    return first(isAlone ? request : { ...request, path: '/' }, client)
  }
}
