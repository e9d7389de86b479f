import { type Availability, VaultError } from '@aws-vault/plugin-sdk'

/** Best first, of the keyrings that may come with us. A name that is not here comes after these, by its name. */
export const BACKEND_ORDER: readonly string[] = [
  'wincred',
  'keychain',
  'secret-service',
  'kwallet',
  'keyctl',
  'pass',
  'file',
]

/**
 * The first keyring that says that it works here.
 * @throws VaultError ERR_KEYRING_NONE, with each one that was tried and why it does not work
 */
export async function chooseBackend(
  names: readonly string[],
  availability: (name: string) => Promise<Availability>,
): Promise<string> {
  const rank = (name: string): number => {
    const place = BACKEND_ORDER.indexOf(name)
    return place === -1 ? BACKEND_ORDER.length : place
  }
  const ordered = [...names].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
  const reasons: string[] = []
  for (const name of ordered) {
    const answer = await availability(name)
    if (answer.available) return name
    reasons.push(`${name}: ${answer.reason}`)
  }
  throw new VaultError('ERR_KEYRING_NONE', `no keyring works here (${reasons.join('; ')})`, {
    hint: 'name one with --backend or AWS_VAULT_BACKEND',
  })
}
