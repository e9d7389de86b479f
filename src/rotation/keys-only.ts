import { VaultError } from '@aws-vault/plugin-sdk'
import type { Plan, ProviderStep } from '../credentials/plan-types.ts'

/** An hour is enough to rotate keys. */
const SESSION_SECONDS = 3600

/**
 * What signs calls about a profile's stored keys: these keys themselves, or a session of theirs where the profile's plan
 * wants MFA anywhere. (A session without MFA may not call IAM, and a role is somebody else.) Pure.
 * @throws VaultError ERR_ROTATE_NO_KEYS when the profile's credentials come from elsewhere
 */
export function keysOnly(plan: Plan, withSession: boolean): Plan {
  const [source, ...exchanges] = plan.steps
  if (source.kind !== 'stored-keys') {
    throw new VaultError('ERR_ROTATE_NO_KEYS', `profile "${plan.profile}" has no stored keys that could be rotated`, {
      hint: `its credentials come from the provider ${source.step.provider}; see: aws-vault exec ${plan.profile} --explain`,
      facts: { profile: plan.profile },
    })
  }
  const asking = exchanges.find(
    (step): step is ProviderStep => step.kind === 'provider' && step.step.mfaSerial !== undefined,
  )
  const rest = { profile: source.profile, notes: [], ...(plan.region !== undefined && { region: plan.region }) }
  if (asking === undefined || !withSession) return { ...rest, steps: [source] }
  return { ...rest, steps: [source, sessionWith(asking, source.profile)] }
}

/** The session token that `exec` makes of the same keys, so that its code serves both. */
function sessionWith(asking: ProviderStep, profile: string): ProviderStep {
  if (asking.step.provider === 'session-token') return asking
  const { region, endpointUrl, mfaSerial = '', parameters } = asking.step
  return {
    kind: 'provider',
    step: {
      provider: 'session-token',
      profile,
      ...(region !== undefined && { region }),
      ...(endpointUrl !== undefined && { endpointUrl }),
      durationSeconds: SESSION_SECONDS,
      mfaSerial,
      parameters: parameters.legacyGlobalEndpoint === true ? { legacyGlobalEndpoint: true } : {},
    },
    ...(asking.mfaProcess !== undefined && { mfaProcess: asking.mfaProcess }),
    cache: { type: 'sts.GetSessionToken', profile, serial: mfaSerial },
    anyLifetime: true,
    why: [{ text: `a session token with MFA signs for the keys of ${profile}` }],
  }
}
