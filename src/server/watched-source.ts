import type { CredentialSource } from '@aws-vault/plugin-sdk'

/** What is done around a source that is served. */
export interface Watch {
  /** Called each time when somebody asks for credentials. Fast: it is called for every request. */
  used(): void
  /** What is thrown instead of an error of the source. */
  explained(error: unknown): unknown
}

/** The same source, watched; so are its roles. */
export function watchedSource(source: CredentialSource, watch: Watch): CredentialSource {
  const roles = new WeakMap<CredentialSource, CredentialSource>()
  const { ready, forRole, onChange } = source
  return {
    profile: source.profile,
    ...(source.region === undefined ? {} : { region: source.region }),
    async current() {
      watch.used()
      try {
        return await source.current()
      } catch (error) {
        throw watch.explained(error)
      }
    },
    ...(ready === undefined
      ? {}
      : {
          ready() {
            watch.used()
            return ready.call(source)
          },
        }),
    ...(onChange === undefined ? {} : { onChange: listener => onChange.call(source, listener) }),
    ...(forRole === undefined
      ? {}
      : {
          forRole(roleArn) {
            // The same role is the same source here too: servers keep answers by it.
            const role = forRole.call(source, roleArn)
            const watched = roles.get(role) ?? watchedSource(role, watch)
            roles.set(role, watched)
            return watched
          },
        }),
  }
}
