import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Credentials } from '@aws-vault/plugin-sdk'
import { usualSessionName } from '@aws-vault/plugin-sdk/sts'
import type { Container } from '../container.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { expandHome } from '../settings/option-value.ts'
import { type AuditPlace, appendEntry, auditPlace } from './audit-log.ts'

/** Where the log lies, if the user wants one: `true` is ours to say, everything else is a path. */
export async function chosenAuditPlace(container: Container): Promise<AuditPlace | undefined> {
  const { world } = container
  const { settings } = await container.settings()
  const value = settings.core('auditLog')?.value
  if (value === undefined || /^(0|false|no|off)$/i.test(value)) return undefined
  const { data } = world.directories
  const log = /^(1|true|yes|on)$/i.test(value) ? join(data, 'audit.jsonl') : expandHome(value, world.homeDirectory)
  return auditPlace(log, data)
}

/**
 * Writes down that credentials are about to be handed out.
 * @throws VaultError ERR_AUDIT_* when that cannot be done: they are not handed out then
 */
export async function recordUse(container: Container, plan: Plan, { accessKeyId }: Credentials): Promise<void> {
  const place = await chosenAuditPlace(container)
  if (place === undefined) return
  const { recipient, clock } = container
  await container.withLock(`audit ${place.log}`, async () =>
    appendEntry(place, {
      time: new Date(clock.now()).toISOString(),
      profile: plan.profile,
      plan: plan.steps.map(step =>
        step.kind === 'stored-keys' ? `stored-keys ${step.profile}` : `${step.step.provider} ${step.step.profile}`,
      ),
      command: recipient === undefined ? null : basename(recipient),
      parent: parentName(),
      sessionName: sessionName(plan),
      keyId: accessKeyId.slice(-4),
    }),
  )
}

function sessionName({ steps }: Plan): string | null {
  const last = steps.at(-1)
  if (last?.kind !== 'provider') return null
  const { provider, parameters } = last.step
  if (provider === 'federation-token') return usualSessionName(32)
  if (provider !== 'assume-role' && provider !== 'web-identity') return null
  return typeof parameters.roleSessionName === 'string' ? parameters.roleSessionName : usualSessionName(64)
}

/** Only Linux tells it without a further program. */
function parentName(): string | null {
  try {
    return readFileSync(`/proc/${process.ppid}/comm`, 'utf8').trimEnd()
  } catch {
    return null
  }
}
