import { AwsError } from './aws-error.ts'
import { listOf, type Parameters } from './query-protocol.ts'
import { text } from './validation.ts'

/** The rules that a call's session policies break. */
export function brokenPolicyRules(parameters: Parameters): string[] {
  const arns = listOf(parameters, 'PolicyArns')
  return [
    ...text('policy', parameters.Policy, { min: 1, max: 2048 }),
    ...(arns.length > 10
      ? [`Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10`]
      : []),
    ...arns.flatMap(({ arn }) => text('policyArns.member.arn', arn, { required: true, min: 20, max: 2048 })),
  ]
}

/**
 * Checks that session policies are policies. What they allow is not evaluated: the call log has their text.
 * @throws AwsError MalformedPolicyDocument
 */
export function checkPolicies(parameters: Parameters): void {
  if (parameters.Policy !== undefined && !isPolicy(parameters.Policy)) throw malformed('Syntax errors in policy.')
  for (const { arn = '' } of listOf(parameters, 'PolicyArns')) {
    if (!/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/.test(arn))
      throw malformed(`ARN ${arn} is not valid.`)
  }
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', 400, message)
}

function isPolicy(json: string): boolean {
  try {
    const policy: unknown = JSON.parse(json)
    return typeof policy === 'object' && policy !== null && 'Statement' in policy
  } catch {
    return false
  }
}

/** How much of what a session may carry is used, in percent; `undefined` when it carries neither policies nor tags. */
export function packedSize(parameters: Parameters): number | undefined {
  const carried = Object.entries(parameters).filter(([name]) => /^(Policy$|PolicyArns\.|Tags\.)/.test(name))
  const length = carried.reduce((sum, [, value]) => sum + value.length, 0)
  return length === 0 ? undefined : Math.max(1, Math.ceil((length / 4096) * 100))
}
