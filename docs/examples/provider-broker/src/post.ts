import type { ClientRequest, RequestOptions } from 'node:http'
import { type PartContext, VaultError } from '@aws-vault/plugin-sdk'

const LONGEST = 65_536

/** An answer, whole. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/**
 * Sends JSON, with a bearer token. Follows no redirect.
 * @throws VaultError ERR_BROKER_REACH when nobody answers in time or to the end
 * @throws the signal's reason when it is aborted
 */
export async function post(url: URL, token: string, body: string, { http, signal }: PartContext): Promise<Answer> {
  const seconds = http.timeoutSeconds ?? 30
  const timeout = AbortSignal.timeout(seconds * 1000)
  const options: RequestOptions & { ca?: readonly string[] } = {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    signal: AbortSignal.any([signal, timeout]),
    ...(http.caBundle === undefined ? {} : { ca: await authorities(http.caBundle) }),
  }
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  try {
    return await answerOf(request(url, options as RequestOptions), body)
  } catch (cause) {
    signal.throwIfAborted()
    const why = timeout.aborted ? `no answer within ${seconds} s` : (cause as Error).message
    throw new VaultError('ERR_BROKER_REACH', `${url.host} cannot be reached: ${why}`, {
      hint: 'look at broker_url of the profile, and at your connection',
      cause,
    })
  }
}

async function authorities(file: string): Promise<string[]> {
  const [{ rootCertificates }, { readFile }] = await Promise.all([import('node:tls'), import('node:fs/promises')])
  return [...rootCertificates, await readFile(file, 'utf8')]
}

function answerOf(request: ClientRequest, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', response => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.length > LONGEST) request.destroy(new Error(`the answer has more than ${LONGEST} characters`))
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.end(body)
  })
}
