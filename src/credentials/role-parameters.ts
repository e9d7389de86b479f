import type { JsonValue } from '@aws-vault/plugin-sdk'
import type { Located } from '../aws-config/origin.ts'
import { parseList, parseTags } from '../aws-config/values.ts'
import { levelSetting, type RoleLevel } from './levels.ts'
import type { Wishes } from './plan-input.ts'
import type { Reason } from './plan-types.ts'
import { refusedValue } from './refused-value.ts'

/** What AWS takes as a role's ARN (API reference of STS, IAM identifiers). */
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\x21-\x7e]{1,577}$/

/** What AWS takes for the texts that go with AssumeRole, each with its words for messages. */
const TEXTS = {
  role_session_name: { pattern: /^[\w+=,.@-]{2,64}$/, expected: '2 to 64 letters, digits and _ + = , . @ -' },
  external_id: { pattern: /^[\w+=,.@:/-]{2,1224}$/, expected: '2 to 1224 letters, digits and _ + = , . @ : / -' },
  source_identity: { pattern: /^[\w+=,.@-]{2,64}$/, expected: '2 to 64 letters, digits and _ + = , . @ -' },
} as const

/**
 * What AssumeRole is told: `roleArn`, and where they are set `roleSessionName`, `externalId`, `sessionTags` (values by
 * key), `transitiveTagKeys` and `sourceIdentity`. What the environment says is for the named profile alone.
 * @throws VaultError ERR_CONFIG_VALUE for what AWS would refuse
 */
export function roleParameters(role: RoleLevel, wishes: Wishes): Record<string, JsonValue> {
  const own = role.isTarget ? wishes : undefined
  const tags = own?.sessionTags ?? levelSetting(role, 'session_tags')
  const transitive = own?.transitiveTags ?? levelSetting(role, 'transitive_session_tags')
  const parameters: Record<string, JsonValue | undefined> = {
    roleArn: checkedRoleArn(role.roleArn),
    roleSessionName: checkedText('role_session_name', role, own?.roleSessionName),
    externalId: checkedText('external_id', role),
    sourceIdentity: checkedText('source_identity', role, own?.sourceIdentity),
    sessionTags: tags && tagsByKey(tags),
    transitiveTagKeys: transitive && parseList(transitive.value),
  }
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, JsonValue] => !isNothing(entry[1])),
  )
}

/** The settings that say more of a role's session than which role it is. An external id may be a secret of others. */
export function roleReasons(role: RoleLevel, wishes: Wishes): Reason[] {
  const own = role.isTarget ? wishes : undefined
  const settings = [
    ['role_session_name', own?.roleSessionName],
    ['external_id', undefined],
    ['source_identity', own?.sourceIdentity],
    ['session_tags', own?.sessionTags],
    ['transitive_session_tags', own?.transitiveTags],
  ] as const
  return settings.flatMap(([key, override]) => {
    const setting = override ?? levelSetting(role, key)
    if (setting === undefined) return []
    return [{ text: key === 'external_id' ? `with ${key}` : `with ${key} ${setting.value}`, origin: setting.origin }]
  })
}

/** Parameters of AssumeRole that AssumeRoleWithWebIdentity has none of, by the settings that they come from. */
const NOT_WITH_WEB_IDENTITY: Readonly<Record<string, string>> = {
  externalId: 'external_id',
  sourceIdentity: 'source_identity',
  sessionTags: 'session_tags',
  transitiveTagKeys: 'transitive_session_tags',
}

/**
 * What AssumeRoleWithWebIdentity is told, and the settings that it cannot be told.
 * @throws VaultError ERR_CONFIG_VALUE for what AWS would refuse
 */
export function webIdentityParameters(
  role: RoleLevel,
  wishes: Wishes,
): { readonly parameters: Record<string, JsonValue>; readonly unused: readonly string[] } {
  const all = Object.entries(roleParameters(role, wishes))
  return {
    parameters: Object.fromEntries(all.filter(([name]) => !(name in NOT_WITH_WEB_IDENTITY))),
    unused: all.flatMap(([name]) => NOT_WITH_WEB_IDENTITY[name] ?? []),
  }
}

/**
 * The ARN of a role.
 * @throws VaultError ERR_CONFIG_VALUE for what cannot be one
 */
export function checkedRoleArn({ value, origin }: Located<string>): string {
  if (ROLE_ARN.test(value)) return value
  throw refusedValue('role_arn', origin, 'is not valid: expected the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME')
}

function checkedText(key: keyof typeof TEXTS, role: RoleLevel, override?: Located<string>): string | undefined {
  const text = override ?? levelSetting(role, key)
  if (text === undefined || TEXTS[key].pattern.test(text.value)) return text?.value
  throw refusedValue(key, text.origin, `is not valid: expected ${TEXTS[key].expected}`)
}

function tagsByKey({ value, origin }: Located<string>): Record<string, string> {
  return Object.fromEntries(parseTags(value, { name: 'session_tags', origin }).map(tag => [tag.key, tag.value]))
}

/** AWS refuses empty lists. */
function isNothing(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}
