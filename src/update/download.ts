import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'
import { httpsAgent } from '@aws-vault/plugin-sdk/aws'

/** What a download is made with. */
export interface DownloadContext extends Pick<PartContext, 'http' | 'signal' | 'logger'> {
  /** Seconds without a byte after which a server is given up. */
  readonly patience: number
}

const REDIRECTS = 3

/** An address as it may be shown: a mirror's may have a password in it. Pure. */
export function shownAddress(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}

/** The server has no such thing. */
export class NotThere extends Error {}

/**
 * Where releases are fetched from.
 * @throws VaultError ERR_UPDATE_HOST for what is no address, or one to which a request would go in plain
 */
export function releaseHost(address: string | undefined): URL {
  const hint = 'set AWS_VAULT_UPDATE_HOST, or update-host in the settings, to the https address of a mirror'
  if (!address) throw new VaultError('ERR_UPDATE_HOST', 'this release does not say where its updates are', { hint })
  const url = URL.canParse(address) ? new URL(address) : undefined
  const isHere = url !== undefined && /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(url.hostname)
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && isHere))) {
    throw new VaultError(
      'ERR_UPDATE_HOST',
      `updates cannot be fetched from "${url === undefined ? address : shownAddress(url)}"`,
      { hint },
    )
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/**
 * Fetches a small file.
 * @param largest in bytes
 * @throws NotThere when the server says that there is none; VaultError ERR_UPDATE_SERVER when it does not answer well
 */
export async function fetchText(url: URL, largest: number, context: DownloadContext): Promise<string> {
  const chunks: Buffer[] = []
  await fetchTo(url, largest, context, async chunk => {
    chunks.push(chunk)
  })
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Fetches a file whose length and SHA-256 are known.
 * @param write gets its bytes as they come; they count for nothing before this returns. What it throws has to be a
 *   VaultError
 * @throws VaultError ERR_UPDATE_DAMAGED when what comes is not what was announced; NotThere, VaultError ERR_UPDATE_SERVER
 */
export async function fetchFile(
  url: URL,
  expected: { size: number; sha256: string },
  context: DownloadContext,
  write: (chunk: Buffer, done: number) => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256')
  let done = 0
  await fetchTo(url, expected.size, context, async chunk => {
    hash.update(chunk)
    done += chunk.length
    await write(chunk, done)
  })
  if (done === expected.size && hash.digest('hex') === expected.sha256) return
  throw new VaultError('ERR_UPDATE_DAMAGED', `${shownAddress(url)} is not the file that the signed manifest names`, {
    hint: 'try again later; if it stays so, tell those who run that server',
    facts: { url: shownAddress(url), bytes: done },
  })
}

async function fetchTo(
  url: URL,
  largest: number,
  context: DownloadContext,
  take: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  context.logger.debug(`fetching ${shownAddress(url)}`)
  let bytes = 0
  try {
    const answer = await get(url, context, REDIRECTS)
    // `for await` ends without an error where a connection is cut in the middle of a body of known length: see complete.
    for await (const chunk of answer) {
      bytes += chunk.length
      if (bytes > largest) throw new Error(`it sends more than ${largest} bytes`)
      await take(chunk)
    }
    if (!answer.complete) throw new Error('the connection was cut')
  } catch (cause) {
    context.signal.throwIfAborted()
    if (cause instanceof NotThere || cause instanceof VaultError) throw cause
    throw new VaultError('ERR_UPDATE_SERVER', `${shownAddress(url)} cannot be fetched: ${(cause as Error).message}`, {
      hint: 'check the network, HTTPS_PROXY and AWS_CA_BUNDLE, and try again',
      facts: { url: shownAddress(url) },
      cause,
    })
  }
}

async function get(url: URL, context: DownloadContext, redirects: number): Promise<IncomingMessage> {
  const agent = await httpsAgent(url, context.http)
  const { request } = await import(url.protocol === 'https:' ? 'node:https' : 'node:http')
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { signal: context.signal, agent: agent ?? false }, resolve)
    sent.setTimeout(context.patience * 1000, () => sent.destroy(new Error('the server has gone silent')))
    sent.on('error', reject).end()
  })
  const { statusCode = 0, headers } = answer
  if (statusCode === 200) return answer
  answer.destroy()
  if (statusCode >= 300 && statusCode < 400 && headers.location && redirects > 0) {
    return get(releaseLink(new URL(headers.location, url)), context, redirects - 1)
  }
  // What S3 answers for what is not there, to those who may not list.
  if (statusCode === 404 || statusCode === 403) throw new NotThere(shownAddress(url))
  throw new Error(`the server answers ${statusCode}`)
}

/** An address that a server sent us to: under the same rules. */
function releaseLink(url: URL): URL {
  releaseHost(url.href)
  return url
}
