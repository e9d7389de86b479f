import type { Container } from '../container.ts'
import { readWishes } from '../credentials/wishes.ts'
import { accessKeysOfSigner } from './iam.ts'
import { iamTarget } from './iam-target.ts'

/** How old a stored key is. */
export interface KeyAge {
  readonly accessKeyId: string
  /** ISO 8601; absent where AWS did not say. */
  readonly created?: string
  readonly days?: number
  /** Why AWS did not say. */
  readonly unknown?: string
}

/**
 * The ages of stored keys, as IAM knows them: each key asks about its own user (ListAccessKeys). Nobody is asked for a
 * code; where AWS wants one, the age is unknown.
 */
export async function keyAges(container: Container, profiles: readonly string[]): Promise<Map<string, KeyAge>> {
  const ages = await Promise.all(profiles.map(async name => [name, await ageOf(container, name)] as const))
  return new Map(ages.filter((entry): entry is [string, KeyAge] => entry[1] !== undefined))
}

async function ageOf(container: Container, profile: string): Promise<KeyAge | undefined> {
  const { credentials } = await container.vault()
  const keys = await credentials.get(profile)
  if (keys === undefined) return undefined
  const { accessKeyId } = keys
  try {
    const target = iamTarget(profile, container.awsConfig(), readWishes({}, container.world.environment))
    const iam = accessKeysOfSigner(
      target,
      async () => keys,
      container.callContext(),
      () => {},
    )
    const created = (await iam.list()).find(key => key.accessKeyId === accessKeyId)?.created
    if (created === undefined) return { accessKeyId, unknown: 'AWS lists no such key' }
    const days = Math.max(0, Math.floor((container.clock.now() - created.getTime()) / 86_400_000))
    return { accessKeyId, created: created.toISOString(), days }
  } catch (error) {
    return { accessKeyId, unknown: (error as Error).message }
  }
}
