import { AwsError } from './aws-error.ts'
import { listOf, type Parameters } from './query-protocol.ts'
import { text } from './validation.ts'

/** Session tags as a call passes them. */
export interface SessionTags {
  readonly list: readonly { readonly key: string; readonly value: string }[]
  readonly transitiveKeys: readonly string[]
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Reads the tags of a call, without judging them. */
export function tagsOf(parameters: Parameters): SessionTags {
  return {
    list: listOf(parameters, 'Tags').map(({ Key = '', Value = '' }) => ({ key: Key, value: Value })),
    transitiveKeys: listOf(parameters, 'TransitiveTagKeys').map(member => member[''] ?? ''),
  }
}

/** The rules that tags break, one by one. */
export function brokenTagRules({ list, transitiveKeys }: SessionTags): string[] {
  return [
    ...(list.length > 50
      ? [`Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50`]
      : []),
    ...list.flatMap(({ key, value }, index) => [
      ...text(`tags.${index + 1}.member.key`, key, { min: 1, max: 128, pattern: tagText }),
      ...text(`tags.${index + 1}.member.value`, value, { max: 256, pattern: tagText }),
    ]),
    ...transitiveKeys.flatMap(key => text('transitiveTagKeys', key, { min: 1, max: 128, pattern: tagText })),
  ]
}

/**
 * The tags of a new session, those that it inherits included.
 * @param inherited the transitive tags of the session that signs
 * @throws AwsError InvalidParameterValue on a key that is there twice, also by inheritance, or on a transitive key
 *   without its tag
 */
export function combineTags(
  { list, transitiveKeys }: SessionTags,
  inherited: ReadonlyMap<string, string>,
): { all: Map<string, string>; transitive: Map<string, string> } {
  const seen = new Set<string>()
  for (const key of [...inherited.keys(), ...list.map(tag => tag.key)]) {
    if (seen.has(key.toLowerCase())) {
      throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
    }
    seen.add(key.toLowerCase())
  }
  const passed = new Map(list.map(({ key, value }) => [key, value]))
  const transitive = new Map(inherited)
  for (const key of transitiveKeys) {
    const value = passed.get(key)
    if (value === undefined) throw invalid('The specified transitive tag key must be included in the requested tags.')
    transitive.set(key, value)
  }
  return { all: new Map([...inherited, ...passed]), transitive }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message)
}
