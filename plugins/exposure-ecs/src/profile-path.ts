/**
 * The path of a profile's credentials: `/profiles/NAME`. The server takes no percent-encoding, which programs on the way
 * could read in several ways: a name with other characters than these is `~` and its UTF-8 in base64url.
 */
export function profilePath(profile: string): string {
  const name = /^[A-Za-z0-9_][\w.@+=,:-]*$/.test(profile) ? profile : `~${Buffer.from(profile).toString('base64url')}`
  return `/profiles/${name}`
}
