import type { Agent } from 'node:https'
import type { HttpOptions } from '../context.ts'
import { VaultError } from '../errors.ts'
import { isReachedDirectly } from './no-proxy.ts'

/**
 * What makes connections to an https address go through the user's proxy and trust the user's certificate authorities;
 * `undefined` where Node's own agent will do.
 * @throws VaultError ERR_HTTP_CA_BUNDLE, ERR_HTTP_PROXY when that is set to something that is none
 */
export async function httpsAgent(url: URL, http: HttpOptions): Promise<Agent | undefined> {
  if (url.protocol !== 'https:') {
    return undefined
  }
  const proxy = proxyFor(url, http)
  if (proxy === undefined && http.caBundle === undefined) {
    return undefined
  }
  const trust = http.caBundle === undefined ? {} : { ca: await certificateAuthorities(http.caBundle) }
  if (proxy === undefined) {
    const { Agent } = await import('node:https')
    return new Agent(trust)
  }
  const { HttpsProxyAgent } = await import('hpagent')
  return new HttpsProxyAgent({ proxy, proxyRequestOptions: trust, ...trust })
}

/**
 * The proxy that an address is reached through, if there is one.
 * @throws VaultError ERR_HTTP_PROXY when it is set to something that is no address; never shows it: it may hold a
 *   password
 */
export function proxyFor(url: URL, { httpsProxy, noProxy }: HttpOptions): URL | undefined {
  if (httpsProxy === undefined || url.protocol !== 'https:' || isReachedDirectly(url, noProxy)) {
    return undefined
  }
  const address = httpsProxy.includes('://') ? httpsProxy : `http://${httpsProxy}`
  const proxy = URL.canParse(address) ? new URL(address) : undefined
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol) || proxy.hostname === '') {
    throw new VaultError('ERR_HTTP_PROXY', 'the proxy that HTTPS_PROXY names is not an http or https address', {
      hint: 'set HTTPS_PROXY to an address such as http://proxy.example.com:8080',
    })
  }
  return proxy
}

/** The certificates that Node trusts, and those of a PEM file. */
async function certificateAuthorities(file: string): Promise<string[]> {
  const [{ readFileSync }, { getCACertificates }] = await Promise.all([import('node:fs'), import('node:tls')])
  let pem = ''
  let cause: unknown
  try {
    pem = readFileSync(file, 'utf8')
  } catch (error) {
    cause = error
  }
  if (!pem.includes('-----BEGIN ')) {
    const what = cause === undefined ? 'has no certificates in it' : 'cannot be read'
    throw new VaultError('ERR_HTTP_CA_BUNDLE', `the certificate bundle ${file} ${what}`, {
      hint: 'set AWS_CA_BUNDLE to a PEM file, or unset it',
      facts: { file },
      cause,
    })
  }
  return [...getCACertificates('default'), pem]
}
