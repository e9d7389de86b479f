/**
 * Whether a session is one of a permission set in an account: whether the ARN that GetCallerIdentity answers is of the
 * role that IAM Identity Center made for it, `AWSReservedSSO_<permission set>_<16 hex digits>`
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html). Names of permission sets
 * have no `/` in them, and the digits are matched to the end, so that no set is taken for one whose name it begins with.
 */
export function isSessionOfPermissionSet(sessionArn: string, accountId: string, roleName: string): boolean {
  const [, account, name = ''] = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(sessionArn) ?? []
  const [prefix, digits] = [`AWSReservedSSO_${roleName}_`, name.slice(-16)]
  return account === accountId && name === prefix + digits && /^[0-9a-f]{16}$/.test(digits)
}
