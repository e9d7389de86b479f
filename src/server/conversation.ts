import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { isVaultError, type PromptRequest, VaultError } from '@aws-vault/plugin-sdk'
import type { ServerState } from './state-file.ts'

/** What a process that will be a server is told at first, on its standard input. */
export interface Order {
  /** The command line after `server start`. */
  readonly argv: readonly string[]
  /** Secrets that would stand in the environment: there others could read them as long as the server lives. */
  readonly secrets: Readonly<Record<string, string>>
  readonly id: string
  readonly order: string
}

/** An error on its way to another process. */
export interface SentError {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly facts?: Readonly<Record<string, unknown>>
}

/** What the server to be says on its standard output: questions, and at last how it went. */
export type FromServer =
  | { readonly ask: PromptRequest }
  | { readonly ready: ServerState }
  | { readonly failed: SentError }

/** The answer to a question. */
export type ToServer = { readonly answer: string } | { readonly refused: SentError }

/** Messages are lines of JSON. */
export const line = (message: Order | FromServer | ToServer): string => `${JSON.stringify(message)}\n`

/** The messages that come in. Ends with the stream. */
export async function* messages<T>(stream: Readable): AsyncGenerator<T> {
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    yield JSON.parse(text) as T
  }
}

/** An error without what stays here: its stack and causes. */
export function sentError(error: unknown): SentError {
  if (!isVaultError(error)) return { code: 'ERR_INTERNAL', message: (error as Error).message }
  const { code, message, hint, facts } = error
  return { code, message, ...(hint === undefined ? {} : { hint }), facts }
}

/** The same error, here. */
export const receivedError = ({ code, message, hint, facts = {} }: SentError): VaultError =>
  new VaultError(code, message, { ...(hint === undefined ? {} : { hint }), facts })
