/** Where a bus listens, as Node connects to it. */
export interface BusAddress {
  /** A path, or for Linux's abstract sockets a name that begins with a NUL. */
  readonly socket: string
}

/**
 * The places that an address such as `unix:path=/run/user/1000/bus,guid=...;unix:abstract=/tmp/dbus-x` names, in the
 * order in which they are tried. Sockets of this machine only: other transports are left out, since what goes over them can
 * be read on the way.
 */
export function parseBusAddress(address: string): BusAddress[] {
  return address.split(';').flatMap(entry => {
    const colon = entry.indexOf(':')
    if (entry.slice(0, colon) !== 'unix') return []
    const pairs = new Map(
      entry
        .slice(colon + 1)
        .split(',')
        .map(pair => [pair.slice(0, pair.indexOf('=')), unescapeValue(pair.slice(pair.indexOf('=') + 1))]),
    )
    const path = pairs.get('path')
    const abstract = pairs.get('abstract')
    if (path) return [{ socket: path }]
    return abstract ? [{ socket: `\0${abstract}` }] : []
  })
}

/** Any byte may stand as `%xx`. */
function unescapeValue(text: string): string {
  const bytes = Buffer.from(text).toString('latin1')
  const plain = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(plain, 'latin1').toString()
}
