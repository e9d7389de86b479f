/**
 * Whether a session is one of a role: whether the ARN that GetCallerIdentity answers is of the account and the name in
 * the role's ARN. The path in front of a role's name is in none of its sessions' ARNs, and names are unique without it.
 * @param sessionName what the session has to be called; anything if absent
 */
export function isSessionOfRole(sessionArn: string, roleArn: string, sessionName?: string): boolean {
  const [, partition, account, path] = /^arn:([^:]+):iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? []
  const name = path?.split('/').at(-1)
  const prefix = `arn:${partition}:sts::${account}:assumed-role/${name}/`
  return (
    name !== undefined &&
    sessionArn.startsWith(prefix) &&
    (sessionName ?? sessionArn.slice(prefix.length)) === sessionArn.slice(prefix.length)
  )
}
