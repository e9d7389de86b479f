import type { Credentials } from '@aws-vault/plugin-sdk'
import { resolveProfile } from '../aws-config/profile.ts'
import type { Container } from '../container.ts'
import { confirmationOf } from '../credentials/confirmation.ts'
import type { Plan } from '../credentials/plan-types.ts'

/**
 * Asks whether keys may be replaced that a guarded profile has: each time, also where the guard asks once for a session,
 * for a key has none. Nothing is called before.
 * @param profiles the named one, and all that have the key
 * @param isGuarded whether the named one is, by its own config or its sources'
 * @throws VaultError ERR_CONFIRM_REFUSED, ERR_CONFIRM_UNAVAILABLE, and as resolveProfile
 */
export async function approveRotation(
  container: Container,
  profiles: readonly [string, ...string[]],
  isGuarded: boolean,
): Promise<void> {
  container.recipient = { action: 'rotate', title: 'aws-vault rotate, which replaces its key' }
  const config = container.awsConfig()
  const guarded = isGuarded
    ? profiles[0]
    : profiles.find(name => confirmationOf([resolveProfile(config, name)]) !== undefined)
  if (guarded === undefined) return
  const { askApproval } = await import('../credentials/ask-approval.ts')
  await askApproval(container, guarded, { forSession: false })
}

/**
 * Notes a rotation in the audit log, if the user wants one, by the key that is replaced; the session of a rotation with
 * MFA has a line of its own.
 * @throws VaultError ERR_AUDIT_*: nothing is rotated then
 */
export async function recordRotation(container: Container, plan: Plan, key: Credentials): Promise<void> {
  if ((await container.settings()).settings.core('auditLog') === undefined) return
  const { recordUse } = await import('../audit/record-use.ts')
  await recordUse(container, { ...plan, steps: [plan.steps[0]] }, key)
}
