import { hostname, userInfo } from 'node:os'

/** What AWS takes: 2 to 64 of these (API reference of STS, AssumeRole). */
const notAllowed = /[^\w+=,.@-]+/g
const longest = 64

/** The name under which CloudTrail shows who used a role, where the user chose none: who and where, `alice@laptop`. */
export function usualRoleSessionName(user: string = userName(), host: string = hostname()): string {
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
