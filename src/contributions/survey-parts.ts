import { type Availability, isVaultError, type Kind } from '@aws-vault/plugin-sdk'
import type { Contributions } from './contributions.ts'
import type { Part } from './part.ts'

/** What is known of one part. */
export interface SurveyedPart {
  readonly kind: string
  readonly name: string
  readonly summary: string
  readonly package: string
  readonly version: string
  readonly builtIn: boolean
  /** Whether its name means this part. Of two by the same name at most one is. */
  readonly inForce: boolean
  /** Whether it works on this machine; `null` for one that is not in force, whose code is left alone. */
  readonly works: boolean | null
  /** Why it does not work, or is not in force. */
  readonly reason?: string
  readonly options: readonly SurveyedOption[]
}

/** An option of a part. */
export interface SurveyedOption {
  readonly name: string
  readonly summary: string
  readonly type: string
  readonly flag?: string
  readonly env?: string
  readonly default?: string | number | boolean
  readonly secret?: true
}

/** Asks a part whether it works: loads it, and asks a keyring more than that. */
export type Probe = (part: Part) => Promise<Availability>

/**
 * Every part there is, kind by kind, built-in ones first. All are asked at once, and none is waited for longer than
 * `patience` (milliseconds): a keystore may have a daemon that does not answer.
 */
export async function surveyParts(
  contributions: Contributions,
  kinds: readonly Kind[],
  probe: Probe,
  patience: number,
): Promise<SurveyedPart[]> {
  const parts = kinds.flatMap(kind => contributions.parts.filter(part => part.kind === kind))
  return Promise.all(
    parts.map(async part => {
      const notInForce = whyNotInForce(part, contributions)
      const answer = notInForce === undefined ? await bounded(part, probe, patience) : undefined
      const reason = notInForce ?? (answer?.available === false ? answer.reason : undefined)
      return {
        kind: part.kind.slice(0, -1),
        name: part.name,
        summary: part.declaration.summary,
        package: part.packageName,
        version: part.packageVersion,
        builtIn: part.builtIn,
        inForce: notInForce === undefined,
        works: answer?.available ?? null,
        ...(reason === undefined ? {} : { reason }),
        options: optionsOf(part),
      }
    }),
  )
}

function whyNotInForce(part: Part, contributions: Contributions): string | undefined {
  const choice = `aws-vault plugins use ${part.kind.slice(0, -1)} ${part.name}=${part.builtIn ? 'built-in' : part.packageName}`
  try {
    return contributions.part(part.kind, part.name) === part ? undefined : `not chosen: ${choice}`
  } catch (error) {
    if (isVaultError(error)) return `${error.message}: ${choice}`
    throw error
  }
}

/**
 * Asks one part, and waits no longer than `patience` (milliseconds). Never rejects.
 */
export async function bounded(part: Part, probe: Probe, patience: number): Promise<Availability> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Availability>(resolve => {
    const reason = `it gave no answer within ${patience / 1000} s`
    timer = setTimeout(() => resolve({ available: false, reason }), patience)
  })
  const answer = (async () => probe(part))().catch((error: unknown) => ({
    available: false as const,
    reason: error instanceof Error ? error.message : String(error),
  }))
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function optionsOf({ declaration }: Part): SurveyedOption[] {
  return Object.entries(declaration.options ?? {}).map(([name, { summary, type, flag, env, secret, ...option }]) => ({
    name,
    summary,
    type: type ?? 'string',
    ...(flag === undefined ? {} : { flag }),
    ...(env === undefined ? {} : { env }),
    ...(option.default === undefined ? {} : { default: option.default }),
    ...(secret ? { secret } : {}),
  }))
}
