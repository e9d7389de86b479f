import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Credentials } from '@aws-vault/plugin-sdk'
import { usualSessionName } from '@aws-vault/plugin-sdk/sts'
import type { Container } from '../container.ts'
import type { Plan } from '../credentials/plan-types.ts'
import { parentName } from '../exec/parent-name.ts'
import { expandHome } from '../settings/option-value.ts'
import { type AuditPlace, appendEntry, auditPlace } from './audit-log.ts'
import type { AuditEntry } from './chain.ts'

/** Where the log lies, if the user wants one: `true` is ours to say, everything else is a path. */
export async function chosenAuditPlace(container: Container): Promise<AuditPlace | undefined> {
  const { world } = container
  const { settings } = await container.settings()
  const value = settings.core('auditLog')?.value
  if (value === undefined || /^(0|false|no|off)$/i.test(value)) return undefined
  const { data } = world.directories
  const log = /^(1|true|yes|on)$/i.test(value) ? join(data, 'audit.jsonl') : expandHome(value, world.homeDirectory)
  return auditPlace(realPath(resolve(log)), data)
}

/** The file that is meant, however it was written: by a link, from another directory. It may not be there yet. */
function realPath(path: string): string {
  for (const [known, rest] of [
    [path, ''],
    [dirname(path), basename(path)],
  ] as const) {
    try {
      return join(realpathSync(known), rest)
    } catch {
      // Not there yet, or not for us to see: writing it says so.
    }
  }
  return path
}

/**
 * Writes down that credentials are about to be handed out.
 * @throws VaultError ERR_AUDIT_* when that cannot be done: they are not handed out then
 */
export async function recordUse(container: Container, plan: Plan, { accessKeyId }: Credentials): Promise<void> {
  const place = await chosenAuditPlace(container)
  if (place === undefined) return
  const { recipient, clock, logger } = container
  const entry: AuditEntry = {
    time: new Date(clock.now()).toISOString(),
    profile: plan.profile,
    plan: plan.steps.map(step =>
      step.kind === 'stored-keys' ? `stored-keys ${step.profile}` : `${step.step.provider} ${step.step.profile}`,
    ),
    action: recipient?.action ?? null,
    command: recipient?.program === undefined ? null : basename(recipient.program),
    parent: parentName(),
    sessionName: sessionName(plan),
    keyId: accessKeyId.slice(-4),
  }
  const onWait = (): void => logger.warn('waiting for another aws-vault, which writes to the audit log')
  await container.withLock(`audit ${place.log}`, async () => appendEntry(place, entry), onWait)
}

function sessionName({ steps }: Plan): string | null {
  const last = steps.at(-1)
  if (last?.kind !== 'provider') return null
  const { provider, parameters } = last.step
  if (provider === 'federation-token') return usualSessionName(32)
  if (provider !== 'assume-role' && provider !== 'web-identity') return null
  return typeof parameters.roleSessionName === 'string' ? parameters.roleSessionName : usualSessionName(64)
}
