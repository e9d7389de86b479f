import { type KeyringBackend, type OptionValue, type PartContext, realPath } from '@aws-vault/plugin-sdk'
import type { Part } from '../contributions/part.ts'

/** Names the very store: the backend's own word for it, else the options that name it. */
export function storeIdentity(part: Part, backend: KeyringBackend, context: PartContext): string {
  const store = backend.identity?.(context) ?? Object.entries(storeOptions(part, context.options))
  return JSON.stringify([part.name, part.packageName, store])
}

/** The options of a keyring that say which store it is: texts and paths, these without links. */
export function storeOptions(part: Part, options: PartContext['options']): Record<string, OptionValue> {
  const entries = Object.entries(part.declaration.options ?? {})
    .filter(([, { secret, type }]) => !secret && (type === undefined || type === 'string' || type === 'path'))
    .map(([name, { type }]) => [name, type === 'path' ? realPathOf(options[name]) : options[name]] as const)
  return Object.fromEntries(entries)
}

/** A path without links, so that one store has one name. */
const realPathOf = (path: OptionValue): OptionValue => (typeof path === 'string' && path !== '' ? realPath(path) : path)
