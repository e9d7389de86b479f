import { KeyringItemError } from '@aws-vault/plugin-sdk'

/** Where the parts of an item lie that is too long for one. */
export interface Manifest {
  /** Names this very writing of the item: `<time in base 36>-<random>`. */
  readonly generation: string
  readonly count: number
  /** Characters of all parts together. */
  readonly length: number
}

const BASE64 = 'aws-vault-base64:'
const PARTS = 'aws-vault-parts:'
const manifestForm = /^aws-vault-parts:([0-9a-z]+-[0-9a-f]+):(\d{1,6}):(\d{1,9})$/

/**
 * The text that keytar stores for an item's bytes: the bytes themselves where they are text (all that AWS Vault stores
 * is JSON), which is what the Go tool writes and reads; marked base64 where they are none, or nothing, which keytar
 * refuses. Pure.
 */
export function encodeValue(data: Uint8Array): string {
  const text = Buffer.from(data).toString('utf8')
  const isText = text !== '' && !text.includes('\0') && !text.startsWith('aws-vault-') && Buffer.from(text).equals(data)
  return isText ? text : encodeBase64(data)
}

/** The bytes as marked base64. Pure. */
export function encodeBase64(data: Uint8Array): string {
  return BASE64 + Buffer.from(data).toString('base64')
}

/** The bytes of a text that {@link encodeValue} made, or another program. Pure. */
export function decodeValue(text: string): Uint8Array {
  const bytes = text.startsWith(BASE64) ? Buffer.from(text.slice(BASE64.length), 'base64') : Buffer.from(text)
  return new Uint8Array(bytes)
}

/** The text that stands in an item's place when it is split. Pure. */
export function encodeManifest({ generation, count, length }: Manifest): string {
  return `${PARTS}${generation}:${count}:${length}`
}

/**
 * What {@link encodeManifest} wrote; `undefined` for an item that is not split. Pure.
 * @throws KeyringItemError for one that says it is split and not how
 */
export function decodeManifest(key: string, text: string): Manifest | undefined {
  if (!text.startsWith(PARTS)) return undefined
  const [, generation = '', count, length] = manifestForm.exec(text) ?? []
  if (generation === '') throw new KeyringItemError(`what is stored under "${key}" is a damaged list of parts`)
  return { generation, count: Number(count), length: Number(length) }
}

/** The account of one part. Pure. */
export const partAccount = (generation: string, index: number): string => `${generation}.${index}`

/** The generation of a part's account. Pure. */
export const generationOf = (account: string): string => account.slice(0, account.lastIndexOf('.'))

/** When a generation was begun, in milliseconds since 1970; `NaN` for something else. Pure. */
export const begunAt = (generation: string): number => Number.parseInt(generation, 36)
