import { randomBytes } from 'node:crypto'
import { chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { isSameDerivation, unwrapContentKey, wrapContentKey } from '../jwe.ts'
import {
  type AgentInput,
  type Answer,
  derivationFromJson,
  derivationToJson,
  LONGEST_LINE,
  type Request,
} from './protocol.ts'

/** Milliseconds between two looks at whether to go on: at the clock on the wall, so that sleep counts. */
const LOOK_EVERY = 10_000
/** Milliseconds that somebody who has connected may take to ask. */
const PATIENCE = 1000

/**
 * What an agent is started with.
 * @throws VaultError ERR_HELPER_INPUT for anything else
 */
export function readAgentInput(input: Uint8Array): AgentInput {
  try {
    return JSON.parse(Buffer.from(input).toString())
  } catch {
    throw new VaultError(
      'ERR_HELPER_INPUT',
      'the agent of the file keyring is started by AWS Vault, with what it is to keep',
      {
        hint: 'open the vault by: aws-vault unlock',
      },
    )
  }
}

/**
 * Keeps the key of a vault in memory and answers who connects to the socket: this user's programs, by the rights of the
 * socket and of its directory. Returns when nobody asked for `idleSeconds`, when it is told to lock, when `signal` is
 * aborted, or when the socket has gone (its directory goes with the login session, or another agent has taken its place);
 * the key is then overwritten. An agent that ends leaves the socket of another one alone.
 * @throws the operating system's error when it cannot listen
 */
export async function serveKeys(
  { socket, wrappingKey, derivation: json, idleSeconds }: AgentInput,
  ready: () => void,
  { clock, signal }: Pick<PartContext, 'clock' | 'signal'>,
  lookEvery: number = LOOK_EVERY,
): Promise<void> {
  const key = Buffer.from(wrappingKey, 'base64')
  const derivation = derivationFromJson(json)
  const end = Promise.withResolvers<void>()
  let lastUse = clock.now()
  const until = (): number => lastUse + idleSeconds * 1000

  const answerTo = async (request: Request): Promise<Answer> => {
    if (request.ask === 'lock' || until() <= clock.now()) {
      // Before the answer: who gets it may begin another agent in this place.
      leave()
      end.resolve()
      return {}
    }
    if (request.ask === 'status') return { until: until(), derivation: derivationToJson(derivation) }
    lastUse = clock.now()
    if (request.ask === 'wrap') {
      const encryptedKey = await wrapContentKey(Buffer.from(request.contentKey, 'base64'), key)
      return { derivation: derivationToJson(derivation), encryptedKey: Buffer.from(encryptedKey).toString('base64') }
    }
    if (!isSameDerivation(derivationFromJson(request.derivation), derivation)) return {}
    const contentKey = await unwrapContentKey(Buffer.from(request.encryptedKey, 'base64'), key)
    return contentKey === undefined ? {} : { contentKey: Buffer.from(contentKey).toString('base64') }
  }

  const server = createServer(connection => converse(connection, answerTo))
  const inode = await listen(server, socket)
  ready()
  const isStillThere = (): boolean => lstatSync(socket, { throwIfNoEntry: false })?.ino === inode
  const leave = (): void => {
    if (isStillThere()) unlinkSync(socket)
  }
  const timer = setInterval(() => {
    if (until() <= clock.now() || !isStillThere()) end.resolve()
  }, lookEvery)
  signal.addEventListener('abort', () => end.resolve(), { once: true })
  try {
    await end.promise
  } finally {
    clearInterval(timer)
    key.fill(0)
    leave()
    await new Promise(resolve => server.close(resolve))
  }
}

/**
 * Takes the place of whoever listened there before. The socket is made under a name of its own and renamed: closing a
 * server unlinks the name that it was made under, whosever that is by then, which must never be that of a successor.
 * @returns the socket's inode
 */
async function listen(server: Server, path: string): Promise<number> {
  const own = `${path}.${randomBytes(4).toString('hex')}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(own, resolve)
  })
  try {
    // For this user alone, as its directory is.
    chmodSync(own, 0o600)
    const { ino } = lstatSync(own)
    renameSync(own, path)
    return ino
  } catch (error) {
    server.close()
    throw error
  }
}

function converse(connection: Socket, answerTo: (request: Request) => Promise<Answer>): void {
  let line = ''
  connection.setEncoding('utf8')
  connection.setTimeout(PATIENCE, () => connection.destroy())
  connection.on('error', () => {})
  connection.on('data', (chunk: string) => {
    line += chunk
    if (line.length > LONGEST_LINE) connection.destroy()
    else if (line.endsWith('\n')) {
      // What is no request gets no answer.
      Promise.resolve(line)
        .then(text => answerTo(JSON.parse(text) as Request))
        .then(answer => connection.end(`${JSON.stringify(answer)}\n`))
        .catch(() => connection.destroy())
    }
  })
}
