import { hostname, userInfo } from 'node:os'

/** What AWS takes in the names of sessions (API reference of STS, AssumeRole and GetFederationToken). */
const notAllowed = /[^\w+=,.@-]+/g

/**
 * The name under which CloudTrail shows who used a session, where the user chose none: who and where, `alice@laptop`.
 * @param longest how many characters AWS takes: 64 for a role's session, 32 for a federated one
 */
export function usualSessionName(longest: number, user: string = userName(), host: string = hostname()): string {
  const [machine = ''] = host.split('.')
  const parts = [user, machine].map(part => part.replaceAll(notAllowed, '-')).filter(part => part !== '')
  const name = parts.join('@').slice(0, longest)
  return name.length < 2 ? 'aws-vault' : name
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A process may run as a user that the system has no name for.
    return 'aws-vault'
  }
}
