import type { Item } from '../keyring.ts'

/** The secret in an {@link item}, unless it is given others. */
export const itemSecret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

/** An item like those of long-lived keys, with a secret in it unless `data` is given. */
export function item(
  key: string,
  data: string | Uint8Array = JSON.stringify({ AccessKeyID: key, SecretAccessKey: itemSecret }),
): Item {
  return {
    key,
    data: typeof data === 'string' ? new TextEncoder().encode(data) : data,
    label: `aws-vault (${key})`,
    description: '',
    attributes: { KeychainNotTrustApplication: true, KeychainNotSynchronizable: false },
  }
}

/** An item's data as text. */
export function textOf(item: Item | undefined): string | undefined {
  return item && Buffer.from(item.data).toString()
}
