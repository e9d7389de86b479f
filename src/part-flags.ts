import type { Kind, OptionDeclaration } from '@aws-vault/plugin-sdk'
import * as Flags from '@oclif/core/flags'
import type { FlagInput } from '@oclif/core/interfaces'
import type { Part } from './contributions/part.ts'
import { declaredOptions } from './settings/settings.ts'

/**
 * The options of some kinds of parts as flags; where two have the same flag, that of the first kind. Their values are
 * checked by the settings, which know the other sources too.
 */
export function partFlags(kinds: readonly Kind[], parts: readonly Part[]): FlagInput {
  const flagsOf = (kind: Kind) =>
    [...declaredOptions([kind], parts)].map(([flag, option]) => [flag, optionFlag(option, kind)] as const)
  return Object.fromEntries(kinds.toReversed().flatMap(flagsOf))
}

/** An option as an oclif flag. */
export function optionFlag(option: OptionDeclaration, kind?: Kind) {
  const summary = option.env === undefined ? option.summary : `${option.summary} [${option.env}]`
  const helpGroup = kind?.slice(0, -1).toUpperCase() ?? 'GLOBAL'
  if (option.type === 'boolean') return Flags.boolean({ summary, helpGroup, allowNo: true })
  return Flags.string({ summary, helpGroup, helpValue: `<${option.type ?? 'value'}>` })
}
