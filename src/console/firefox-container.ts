/** Colours that Firefox has for containers, all but the one that says nothing. */
const COLOURS = ['blue', 'turquoise', 'green', 'yellow', 'orange', 'red', 'pink', 'purple'] as const

/**
 * The address by which the Firefox extension "Open external links in a container" opens `url` in the container of a
 * profile, which it makes if there is none: `ext+container:`, then a query. Pure.
 */
export function containerUrl(profile: string, url: string): string {
  const query = { name: profile, color: colourOf(profile), icon: 'fingerprint', url }
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `ext+container:${pairs.join('&')}`
}

/** The same for the same name, on every machine (FNV-1a, 32 bits, over UTF-8). */
export function colourOf(profile: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(profile)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  // The upper bits: the lower ones are much alike for names that are.
  return COLOURS[hash >>> 29] as string
}
