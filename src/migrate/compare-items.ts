import { isDeepStrictEqual } from 'node:util'
import type { Item } from '@aws-vault/plugin-sdk'

/** How an item at the target stands to the one at the source. */
export interface Comparison {
  /** Whether the secret bytes are the same. */
  readonly sameData: boolean
  /** Unknown members that the target has otherwise, or that only the target has. */
  readonly conflicts: readonly string[]
  /** Unknown members that only the source has. */
  readonly missing: readonly string[]
  /** Which of the members that only a keystore's own window shows, or that every program sets alike, are not the same. */
  readonly display: readonly string[]
}

/** Members that tell a keystore how to treat an item: whoever writes the item knows their values. */
const treatment = ['KeychainNotTrustApplication', 'KeychainNotSynchronizable']

/** Compares two items of one key, member by member. Members in another order, and false and missing ones, are the same. Pure. */
export function compareItems(source: Item, target: Item): Comparison {
  const names = [...new Set([...Object.keys(source.attributes), ...Object.keys(target.attributes)])]
  const own = names.filter(name => !treatment.includes(name))
  const has = (item: Item, name: string): boolean => Object.hasOwn(item.attributes, name)
  const treated = (item: Item, name: string): boolean => item.attributes[name] === true
  return {
    sameData: Buffer.from(source.data).equals(target.data),
    conflicts: own.filter(
      name => has(target, name) && !isDeepStrictEqual(source.attributes[name], target.attributes[name]),
    ),
    missing: own.filter(name => !has(target, name)),
    display: [
      ...(source.label === target.label ? [] : ['Label']),
      ...(source.description === target.description ? [] : ['Description']),
      ...treatment.filter(name => treated(source, name) !== treated(target, name)),
    ],
  }
}

/** Whether the target has all that matters of an item: it can be used, and nothing of it is lost if the source goes. */
export function isComplete({ sameData, conflicts, missing }: Comparison): boolean {
  return sameData && conflicts.length === 0 && missing.length === 0
}

/** Whether the target has something that copying would destroy. */
export function isDifferent({ sameData, conflicts }: Comparison): boolean {
  return !sameData || conflicts.length > 0
}
