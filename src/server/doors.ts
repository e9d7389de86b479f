import { mkdirSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { type FurtherDoors, VaultError } from '@aws-vault/plugin-sdk'

/**
 * The address at which containers ask: of the few that every SDK takes over plain HTTP, the one that a network of
 * containers can have (Amazon ECS task metadata; AWS SDKs and Tools Reference Guide, container credential provider).
 */
export const CONTAINER_HOST = '169.254.170.2'

/** The socket in the directory that a container gets. */
export const SOCKET_NAME = 'aws-vault.sock'

export interface DoorWish {
  readonly isForContainers: boolean
  /** A further address to listen on. */
  readonly address?: string
  /** Where the socket is put. */
  readonly directory: string
  readonly platform: NodeJS.Platform
}

/**
 * The doors beside loopback: none unless they are asked for. A Unix socket on Linux only: elsewhere containers run in
 * a virtual machine, into which no socket reaches, and which has the host's loopback under a name instead.
 * @throws VaultError ERR_SERVER_ADDRESS when this machine has no such address
 */
export function furtherDoors({ isForContainers, address, directory, platform }: DoorWish): FurtherDoors {
  if (!isForContainers && address === undefined) return {}
  const socket = isForContainers && platform === 'linux' ? { socketPath: socketIn(directory) } : {}
  const listen = address === undefined ? {} : { address, isAllowedClient: clientsNear(address) }
  return { hosts: [CONTAINER_HOST], ...socket, ...listen }
}

function socketIn(directory: string): string {
  mkdirSync(directory, { mode: 0o700 })
  return join(directory, SOCKET_NAME)
}

/** Those of the network of the interface that has this address. */
function clientsNear(address: string): (ip: string) => boolean {
  const networks = Object.values(networkInterfaces()).flatMap(entries => entries ?? [])
  const own = networks.find(entry => entry.address === address && !entry.internal)
  if (own?.cidr == null) {
    const known = networks.filter(({ internal }) => !internal).map(entry => entry.address)
    throw new VaultError('ERR_SERVER_ADDRESS', `this machine has no address ${address} to listen on`, {
      hint: known.length === 0 ? 'it has none but loopback' : `it has ${known.join(', ')}`,
      facts: { address },
    })
  }
  const near = new BlockList()
  const family = own.family === 'IPv6' ? 'ipv6' : 'ipv4'
  near.addSubnet(address, Number(own.cidr.split('/')[1]), family)
  return ip => isIP(ip) !== 0 && near.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')
}
