import { AwsError, validationError } from './aws-error.ts'

/** What a text has to be like. */
export interface TextRule {
  readonly required?: boolean
  readonly min?: number
  readonly max?: number
  /** Anchored at both ends. */
  readonly pattern?: RegExp
}

/**
 * Refuses a request that breaks any of the rules; all that are broken stand in one message.
 * @throws AwsError ValidationError
 */
export function checkAll(rules: readonly (readonly string[])[]): void {
  const broken = rules.flat()
  if (broken.length === 0) return
  const count = broken.length === 1 ? '1 validation error' : `${broken.length} validation errors`
  throw validationError(`${count} detected: ${broken.join('; ')}`)
}

/** The rules that a text breaks. `name` is the member's name as AWS writes it in messages: `roleSessionName`. */
export function text(name: string, value: string | undefined, { required, min, max, pattern }: TextRule): string[] {
  if (value === undefined) return required ? [`Value null at '${name}' ${failed} Member must not be null`] : []
  const at = `Value '${value}' at '${name}' ${failed} Member must`
  return [
    ...(min !== undefined && value.length < min ? [`${at} have length greater than or equal to ${min}`] : []),
    ...(max !== undefined && value.length > max ? [`${at} have length less than or equal to ${max}`] : []),
    ...(pattern !== undefined && !pattern.test(value)
      ? [`${at} satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, '')}`]
      : []),
  ]
}

/** The rules that a number breaks. */
export function range(name: string, value: number | undefined, min: number, max: number): string[] {
  if (value === undefined) return []
  const at = `Value '${value}' at '${name}' ${failed} Member must have value`
  return [
    ...(value < min ? [`${at} greater than or equal to ${min}`] : []),
    ...(value > max ? [`${at} less than or equal to ${max}`] : []),
  ]
}

/**
 * A whole number.
 * @throws AwsError MalformedInput when it is not one
 */
export function integer(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^[+-]?\d{1,10}$/.test(value)) throw new AwsError('MalformedInput', 400, `Invalid Integer: ${value}`)
  return Number(value)
}

const failed = 'failed to satisfy constraint:'
