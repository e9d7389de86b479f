import { VaultError } from '@aws-vault/plugin-sdk'
import { assignment } from '../export/format.ts'
import { SHELLS, type Shell, shellLines } from '../export/shell-lines.ts'
import { CONTAINER_HOST, SOCKET_NAME } from './doors.ts'
import type { ServedProfile, ServerState } from './state-file.ts'

/** The forms in which it is printed how clients reach a server. */
export const CLIENT_FORMATS = [...SHELLS, 'env', 'json', 'docker', 'compose'] as const
export type ClientFormat = (typeof CLIENT_FORMATS)[number]

/** A program that passes bytes on. Named in what we print, started by nobody but the user. */
const FORWARDER_IMAGE = 'alpine/socat'

/**
 * How clients of one profile reach its server. Pure.
 * @param conflicting variables of the reader's environment that would win over the server
 * @throws VaultError ERR_SERVER_KIND for containers when the server is of a kind that they cannot use
 */
export function clientText(
  format: ClientFormat,
  state: ServerState,
  profile: ServedProfile,
  conflicting: readonly string[] = [],
): string {
  const set = variablesOf(profile)
  switch (format) {
    case 'json':
      return JSON.stringify({ profile: profile.name, pid: state.pid, environment: set })
    case 'env':
      return Object.entries(set)
        .map(([name, value]) => assignment.env(name, value))
        .join('\n')
    case 'docker':
      return dockerText(state, profile)
    case 'compose':
      return composeText(state, profile)
    default:
      return shellLines(format satisfies Shell, { set, unset: conflicting.filter(name => !(name in set)) })
  }
}

const variablesOf = ({ environment, region }: ServedProfile): Record<string, string> => ({
  ...environment,
  ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
})

/** Whether containers come through a forwarder, or share the network of this machine. */
const isForwarded = ({ container, listen }: ServerState): boolean => container !== undefined || listen !== undefined

function containerVariables(state: ServerState, profile: ServedProfile): Record<string, string> {
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = profile.environment
  if (uri === undefined || token === undefined) {
    throw new VaultError('ERR_SERVER_KIND', `a server of kind "${state.kind}" is of no use to containers`, {
      hint: 'use --kind ecs',
      facts: { kind: state.kind },
    })
  }
  if (!isForwarded(state)) return variablesOf(profile)
  // Older SDKs take that host from this variable alone, and all take the token with it.
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: _, ...others } = variablesOf(profile)
  return { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: new URL(uri).pathname, ...others }
}

/** What the forwarder connects to: where the server's other door is. */
function forwarder(state: ServerState, { environment }: ServedProfile): { target: string; directory?: string } {
  const socket = state.container?.socket
  if (socket !== undefined) {
    return { target: `UNIX-CONNECT:/aws-vault/${SOCKET_NAME}`, directory: socket.slice(0, -SOCKET_NAME.length - 1) }
  }
  const { port } = new URL(environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '')
  const host = state.listen ?? 'host.docker.internal'
  return { target: `TCP:${host.includes(':') ? `[${host}]` : host}:${port}` }
}

/**
 * For `docker run --env-file`: names and values as they are, one a line. Not `-e NAME=VALUE`, since all users of a
 * machine see the words of a command, and the token is one.
 */
function dockerText(state: ServerState, profile: ServedProfile): string {
  const variables = Object.entries(containerVariables(state, profile)).map(([name, value]) => `${name}=${value}`)
  const { target, directory } = forwarder(state, profile)
  const mount = directory === undefined ? '' : ` -v '${directory}:/aws-vault:ro'`
  const words = isForwarded(state)
    ? [
        'docker network create --subnet 169.254.170.0/24 aws-vault',
        `docker run -d --rm --name aws-vault --network aws-vault --ip ${CONTAINER_HOST}${mount} ${FORWARDER_IMAGE} TCP-LISTEN:80,fork,reuseaddr ${target}`,
        'docker run --network aws-vault --env-file THIS_FILE IMAGE',
      ]
    : ['docker run --network host --env-file THIS_FILE IMAGE']
  return [...words.map(command => `# ${command}`), ...variables].join('\n')
}

/** A file to merge with the user's own; the token stays in the environment of `docker compose`. */
function composeText(state: ServerState, profile: ServedProfile): string {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN: _, ...variables } = containerVariables(state, profile)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose puts the variable in
  const token = '${AWS_CONTAINER_AUTHORIZATION_TOKEN:?it is in aws-vault server status --format export-env}'
  const environment = [
    '    environment:',
    ...Object.entries(variables).map(([name, value]) => `      ${name}: ${JSON.stringify(value)}`),
    `      AWS_CONTAINER_AUTHORIZATION_TOKEN: '${token}'`,
  ]
  if (!isForwarded(state)) return ['services:', '  app:', '    network_mode: host', ...environment].join('\n')
  const { target, directory } = forwarder(state, profile)
  const command = ['TCP-LISTEN:80,fork,reuseaddr', target]
  return [
    'services:',
    '  app:',
    '    depends_on: [aws-vault]',
    '    networks: [default, aws-vault]',
    ...environment,
    '  aws-vault:',
    `    image: ${FORWARDER_IMAGE}`,
    `    command: ${JSON.stringify(command)}`,
    ...(directory === undefined ? [] : [`    volumes: ${JSON.stringify([`${directory}:/aws-vault:ro`])}`]),
    '    networks:',
    '      aws-vault:',
    `        ipv4_address: ${CONTAINER_HOST}`,
    'networks:',
    '  aws-vault:',
    '    ipam:',
    '      config:',
    '        - subnet: 169.254.170.0/24',
  ].join('\n')
}
