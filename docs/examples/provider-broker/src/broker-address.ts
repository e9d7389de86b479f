import { VaultError } from '@aws-vault/plugin-sdk'

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * The address of the broker: a token is sent there, so it has to be encrypted on its way, and the address must hold none.
 * Pure. @throws VaultError ERR_BROKER_ADDRESS
 */
export function brokerAddress(text: string, profile: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname))
  if (url !== undefined && isSafe && url.username === '' && url.password === '') return url
  throw new VaultError('ERR_BROKER_ADDRESS', `profile "${profile}" has a broker_url that is no https address`, {
    hint: 'broker_url = https://broker.example.com/credentials',
    facts: { profile },
  })
}
