import { hash } from 'node:crypto'
import type { JsonValue } from '@aws-vault/plugin-sdk'
import { partitionOfRegion } from './partition.ts'
import type { Plan, PlanStep } from './plan-types.ts'

/**
 * What step `index` of a plan asks for and what it is made from, as one short text (SHA-256, hex): a cached session may
 * be used only where the fingerprint is the one it was made for. It changes with provider, role, policy, tags, MFA
 * device, endpoint, partition and source, in this step and in those before; not with the region within its partition,
 * nor with the name of the profile that asks. How long it shall live is compared by itself, since not everybody who
 * asks cares. Holds no secret.
 */
export function requestFingerprint(plan: Plan, index: number): string {
  const asked = plan.steps.slice(0, index + 1).map((step, at) => whatIsAsked(step, at === 0))
  return hash('sha256', canonicalJson(asked))
}

function whatIsAsked(planStep: PlanStep, isSource: boolean): JsonValue {
  if (planStep.kind === 'stored-keys') return { storedKeys: planStep.profile }
  const { provider, profile, region, endpointUrl, mfaSerial, parameters } = planStep.step
  return {
    provider,
    // A plugin's source may tell profiles apart by their names; an exchange is the same for all that ask for it.
    profile: isSource ? profile : null,
    // Without a region, STS is asked in us-east-1.
    partition: partitionOfRegion(region ?? 'us-east-1'),
    endpointUrl: endpointUrl ?? null,
    mfaSerial: mfaSerial ?? null,
    parameters,
  }
}

/** JSON whose members are in the order of their names, whatever order they were put in. */
function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
