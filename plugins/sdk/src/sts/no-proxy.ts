/**
 * Whether a host is reached without the proxy, as most programs understand `NO_PROXY`: comma-separated hosts, each with
 * all below it (`example.com`, `.example.com`, `*.example.com` are the same), perhaps with a port; `*` for all. This
 * machine itself is never reached through a proxy.
 * @param url the address that is called
 */
export function isReachedDirectly(url: URL, noProxy = ''): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  const isLocal = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
  return isLocal || noProxy.split(',').some(entry => covers(entry.trim().toLowerCase(), host, port))
}

function covers(entry: string, host: string, port: string): boolean {
  const [name, wantedPort = port] = splitPort(entry)
  const domain = name.replace(/^\*?\./, '')
  const isBelow = domain !== '' && !/^[\d.]+$/.test(host) && host.endsWith(`.${domain}`)
  return wantedPort === port && (entry === '*' || host === domain || isBelow)
}

/** An IPv6 address has colons of its own: with a port it stands in brackets. */
function splitPort(entry: string): [name: string, port?: string] {
  const [, address, addressPort] = /^\[(.*)\](?::(\d+))?$/.exec(entry) ?? []
  if (address !== undefined) {
    return addressPort === undefined ? [address] : [address, addressPort]
  }
  const [name = '', port, ...rest] = entry.split(':')
  return rest.length > 0 || port === undefined ? [entry] : [name, port]
}
