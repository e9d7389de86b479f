import type { Logger } from '@aws-vault/plugin-sdk'
import type { ControlPort } from './state-file.ts'

/** What a server is told: to forget what it holds, or that beside what opens its keyring. */
export type ControlWord = 'forget' | 'lock'

/** A control port that is open. */
export interface OpenControl extends ControlPort {
  close(): Promise<void>
}

/** What can be told. */
export interface Controlled {
  /** @returns how many profiles had something to forget */
  forget(profiles?: readonly string[]): number
}

/** What else holds secrets. */
export interface ControlledVault {
  readonly logger: Logger
  closeVault(): Promise<void>
}

/** `/forget`, `/lock`, and `/forget/` with names of profiles: JSON in base64url, as no path has odd characters. */
const PATH = /^\/(forget|lock)(?:\/([\w-]+))?$/

/** A longer path would be refused: all is forgotten then. */
const LONGEST_NAMES = 8000

/**
 * Opens a port of our own on loopback, by which later commands say what is to be forgotten. It gives nothing out but a
 * number, and takes nothing without its token.
 * @throws VaultError ERR_SERVER_LISTEN
 */
export async function openControl(controlled: Controlled, vault: ControlledVault): Promise<OpenControl> {
  const { answerJson, SecretToken, startLoopbackServer } = await import('@aws-vault/plugin-sdk/server')
  const token = new SecretToken()
  const server = await startLoopbackServer({
    methods: ['PUT'],
    headers: ['Authorization'],
    // Whoever else connects, however often, takes the place of none of ours.
    proves: ({ headers }) => token.equals(headers.get('authorization')),
    logger: vault.logger,
    async handler({ path, headers }) {
      if (!token.equals(headers.get('authorization'))) return answerJson(403, {}, { closes: true })
      const [, word, names] = PATH.exec(path) ?? []
      if (word === undefined) return answerJson(404, {})
      const forgotten = controlled.forget(names === undefined ? undefined : decoded(names))
      if (word === 'lock') await vault.closeVault()
      return answerJson(200, { forgotten })
    },
  })
  return { url: server.url, token: token.text, close: () => server.close() }
}

/**
 * Tells a server.
 * @returns how many of its profiles had something to forget
 * @throws Error when it cannot be reached or does not understand
 */
export async function tellServer(
  { url, token }: ControlPort,
  word: ControlWord,
  profiles?: readonly string[],
): Promise<number> {
  const names = profiles === undefined ? '' : Buffer.from(JSON.stringify(profiles)).toString('base64url')
  const path = names === '' || names.length > LONGEST_NAMES ? `/${word}` : `/${word}/${names}`
  const { request } = await import('node:http')
  const { status, text } = await new Promise<{ status?: number | undefined; text: string }>((resolve, reject) => {
    const headers = { Authorization: token, 'Content-Length': '0' }
    const sent = request(new URL(path, url), { method: 'PUT', headers, agent: false, timeout: 5000 }, answer => {
      let text = ''
      answer.setEncoding('utf8').on('data', part => {
        text += part
      })
      answer.on('error', reject).on('end', () => resolve({ status: answer.statusCode, text }))
    })
    sent.on('timeout', () => sent.destroy(new Error('it does not answer')))
    sent.on('error', reject).end()
  })
  if (status !== 200) throw new Error(`it answers ${status}`)
  return (JSON.parse(text) as { forgotten: number }).forgotten
}

function decoded(names: string): string[] | undefined {
  try {
    const profiles: unknown = JSON.parse(Buffer.from(names, 'base64url').toString())
    return Array.isArray(profiles) ? profiles.map(String) : undefined
  } catch {
    // Rather too much than too little.
    return undefined
  }
}
