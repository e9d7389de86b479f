import type { Item } from '@aws-vault/plugin-sdk'
import { encodeIamKeys } from '../../src/vault/iam-keys.ts'
import { encodeSessionKey } from '../../src/vault/session-key.ts'
import { KEYS, OTHER_KEYS } from './sandbox.ts'

const later = new Date('2100-01-01T00:00:00Z')

/** Items of all kinds, with members that only other programs know. */
export function manyItems(count: number): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const profile = `profile ${index}/ü`
    const session = { type: 'sts.GetSessionToken', profile, serial: '' }
    const keys = encodeIamKeys(profile, index % 2 ? KEYS : OTHER_KEYS)
    const key = [profile, encodeSessionKey(session, later), `oidc:https://${index}.example.com/start`][index % 3] ?? ''
    return { ...keys, key, attributes: { ...keys.attributes, Foreign: { number: index } } }
  })
}
