import { KeyringItemError } from './errors.ts'
import type { Item } from './keyring.ts'

const named = new Set(['Key', 'Data', 'Label', 'Description'])

/**
 * The bytes of an item as keyrings store it that keep the whole item: the JSON object
 * `{Key, Data (base64), Label, Description, KeychainNotTrustApplication, KeychainNotSynchronizable, ...}`,
 * member for member what the Go tool of the same name writes.
 */
export function encodeItem(item: Item): Uint8Array {
  const { KeychainNotTrustApplication = false, KeychainNotSynchronizable = false, ...others } = item.attributes
  return new TextEncoder().encode(
    JSON.stringify({
      Key: item.key,
      Data: Buffer.from(item.data).toString('base64'),
      Label: item.label,
      Description: item.description,
      KeychainNotTrustApplication,
      KeychainNotSynchronizable,
      ...others,
    }),
  )
}

/**
 * Reads what {@link encodeItem} or the Go tool wrote. Members that are missing are empty; unknown ones are kept as
 * attributes. `key` is the name under which the bytes were stored: it counts, whatever stands inside.
 * @throws KeyringItemError when the bytes are not such an object
 */
export function decodeItem(key: string, bytes: Uint8Array): Item {
  let stored: unknown
  try {
    stored = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new KeyringItemError(`what is stored under "${key}" is not JSON`)
  }
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) {
    throw new KeyringItemError(`what is stored under "${key}" is not an item`)
  }
  const members = stored as Record<string, unknown>
  if (typeof members.Data !== 'string') {
    throw new KeyringItemError(`the item "${key}" has no Data`)
  }
  return {
    key,
    data: new Uint8Array(Buffer.from(members.Data, 'base64')),
    label: typeof members.Label === 'string' ? members.Label : '',
    description: typeof members.Description === 'string' ? members.Description : '',
    attributes: Object.fromEntries(Object.entries(members).filter(([name]) => !named.has(name))),
  }
}
