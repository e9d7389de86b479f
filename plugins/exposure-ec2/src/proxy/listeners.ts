import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { kill, platform } from 'node:process'
import { type ListeningSocket, listeningSockets } from '../socket-tables.ts'
import { type Listener, METADATA_ADDRESS, METADATA_PORT } from './names.ts'
import { countsAsWeDo, isAlive, type ProxyProcess, proxyProcesses, userName } from './processes.ts'
import { runTool } from './run-tool.ts'

/**
 * The proxy that serves somebody now, as far as can be told without being root.
 * @returns `undefined` where nobody listens at the address, and where this system does not show that to everybody
 */
export function servingProxy(): Listener | undefined {
  if (platform !== 'linux') return undefined
  if (!socketsAtAddress().some(({ address }) => address === METADATA_ADDRESS)) return undefined
  const proxy = proxyProcesses().find(({ role, session }) => role === 'forward' && isAlive(session))
  return proxy && described(proxy)
}

/**
 * Who listens at the address, or at its port on all addresses. For root.
 * @returns `undefined` where that cannot be found out
 */
export function listenerAt(): Listener | undefined {
  const holders = platform === 'linux' ? holdersOnLinux() : holdersByLsof()
  const proxy = proxyProcesses().find(
    ({ role, processId }) => role === 'forward' && holders.some(holder => holder.processId === processId),
  )
  const [first] = holders
  return proxy ? described(proxy) : first && { ...first, userName: userName(first.userId) }
}

/**
 * Ends the processes of proxies whose session is gone, which they do by themselves unless they are hindered: stopped,
 * or half of them killed. For root.
 * @returns whether there were any: they may take a moment to go
 */
export function endLeftovers(): boolean {
  const leftovers = proxyProcesses().filter(({ session, processId }) => !isAlive(session) && countsAsWeDo(processId))
  for (const { processId } of leftovers) {
    try {
      kill(processId, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
  return leftovers.length > 0
}

const described = ({ processId, userId, session }: ProxyProcess): Listener => ({
  processId,
  userId,
  userName: userName(userId),
  program: 'aws-vault',
  session,
})

function socketsAtAddress(): ListeningSocket[] {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(file => {
    try {
      return readFileSync(file, 'latin1')
    } catch {
      return ''
    }
  })
  const anywhere = new Set([METADATA_ADDRESS, '0.0.0.0', '::'])
  return tables.flatMap(listeningSockets).filter(({ address, port }) => port === METADATA_PORT && anywhere.has(address))
}

type Holder = Omit<Listener, 'userName'>

function holdersOnLinux(): Holder[] {
  const wanted = new Set(socketsAtAddress().map(({ inode }) => `socket:[${inode}]`))
  return readdirSync('/proc').flatMap(name => {
    if (!/^\d+$/.test(name)) return []
    try {
      const links = readdirSync(`/proc/${name}/fd`).map(fd => readlinkOf(`/proc/${name}/fd/${fd}`))
      if (!links.some(link => wanted.has(link))) return []
      const program = readFileSync(`/proc/${name}/comm`, 'utf8').trim()
      return { processId: Number(name), userId: statSync(`/proc/${name}`).uid, program }
    } catch {
      return []
    }
  })
}

function readlinkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function holdersByLsof(): Holder[] {
  let output: string
  try {
    output = runTool('lsof', ['-nP', `-iTCP:${METADATA_PORT}`, '-sTCP:LISTEN', '-Fpcu'])
  } catch {
    return []
  }
  return [...output.matchAll(/^p(\d+)\nc(.*)\nu(\d+)$/gm)].map(([, processId, program = '', userId]) => ({
    processId: Number(processId),
    userId: Number(userId),
    program,
  }))
}
