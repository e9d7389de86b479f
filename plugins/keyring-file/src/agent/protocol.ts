/**
 * What is said over the agent's socket: one line of JSON each way, then the connection ends. The key that opens the vault
 * stays with the agent; it wraps and unwraps the keys of single items.
 * @module
 */
import type { Derivation } from '../jwe.ts'

/** A derivation as JSON. */
export interface DerivationJson {
  readonly algorithm: string
  readonly rounds: number
  /** base64 */
  readonly salt: string
}

/** What the agent is asked. Keys are base64. */
export type Request =
  | { readonly ask: 'unwrap'; readonly derivation: DerivationJson; readonly encryptedKey: string }
  | { readonly ask: 'wrap'; readonly contentKey: string }
  | { readonly ask: 'status' }
  | { readonly ask: 'lock' }

/** What it answers: nothing where it does not know. */
export interface Answer {
  readonly contentKey?: string
  readonly encryptedKey?: string
  readonly derivation?: DerivationJson
  /** When it ends unless it is used before, in milliseconds since 1970. */
  readonly until?: number
}

/** What an agent is started with, on its standard input. */
export interface AgentInput {
  readonly socket: string
  readonly derivation: DerivationJson
  /** base64 */
  readonly wrappingKey: string
  readonly idleSeconds: number
}

/** Longest line that either side takes, in bytes: several times the longest that there is. */
export const LONGEST_LINE = 4096

export const derivationToJson = ({ algorithm, rounds, salt }: Derivation): DerivationJson => ({
  algorithm,
  rounds,
  salt: Buffer.from(salt).toString('base64'),
})

export const derivationFromJson = ({ algorithm, rounds, salt }: DerivationJson): Derivation => ({
  algorithm,
  rounds,
  salt: Buffer.from(salt, 'base64'),
})
