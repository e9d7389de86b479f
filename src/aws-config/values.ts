import { VaultError } from '@aws-vault/plugin-sdk'
import { describeOrigin, type Origin } from './origin.ts'

/** The name of a setting and where its value came from, for error messages. */
export interface What {
  readonly name: string
  readonly origin: Origin
}

/** An AWS session tag. */
export interface Tag {
  readonly key: string
  readonly value: string
}

const nanosecondsPer: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/**
 * A length of time in seconds, from Go's notation: numbers with a unit, one after the other (`1h30m`, `15m`, `900s`,
 * `1.5h`). Zero is a length of time.
 * @throws VaultError `ERR_CONFIG_VALUE` for anything else, for a negative one and for parts of a second
 */
export function parseDuration(text: string, what: What): number {
  const expected = 'a length of time such as 1h30m, 15m or 900s'
  const sign = /^[+-]?/.exec(text)?.[0] ?? ''
  const rest = text.slice(sign.length)
  if (/^\d{1,15}$/.test(rest) && rest !== '0') {
    throw invalid(text, what, `${expected}; a number needs a unit, as in ${rest}s`)
  }
  const parts = rest === '0' ? [['0', '', 's']] : splitDuration(rest)
  if (parts === undefined) throw invalid(text, what, expected)
  let total = 0n
  for (const [whole = '', fraction = '', unit = ''] of parts) {
    const per = nanosecondsPer[unit]
    if (per === undefined) throw invalid(text, what, expected)
    total += (BigInt(whole + fraction) * per) / 10n ** BigInt(fraction.length)
  }
  if (sign === '-' && total > 0n) throw invalid(text, what, `${expected}, not a negative one`)
  const [seconds, remainder] = [total / 1_000_000_000n, total % 1_000_000_000n]
  if (remainder !== 0n) throw invalid(text, what, `${expected}, in whole seconds`)
  if (seconds > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(text, what, `${expected}, not one that long`)
  return Number(seconds)
}

/** Parts of a duration as [digits, digits behind the point, unit], or `undefined` if it is none. */
function splitDuration(text: string): string[][] | undefined {
  // The bound keeps the numbers small; no sensible duration comes near it.
  if (text.length > 64) return undefined
  const parts: string[][] = []
  let end = 0
  for (const match of text.matchAll(/(\d*)(?:\.(\d*))?([a-zµμ]+)/g)) {
    const [all, whole = '', fraction = '', unit = ''] = match
    if (whole + fraction === '') return undefined
    parts.push([whole, fraction, unit])
    end += all.length
  }
  return end === text.length && end > 0 ? parts : undefined
}

/**
 * A plain whole number of seconds, as `duration_seconds` has it.
 * @throws VaultError `ERR_CONFIG_VALUE` for anything but digits
 */
export function parseSeconds(text: string, what: What): number {
  if (!/^\d{1,15}$/.test(text)) throw invalid(text, what, 'a whole number of seconds, such as 3600')
  return Number(text)
}

/**
 * Yes or no: `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
 * @throws VaultError `ERR_CONFIG_VALUE` for anything else
 */
export function parseBoolean(text: string, what: What): boolean {
  if (/^(?:true|yes|on|1)$/i.test(text)) return true
  if (/^(?:false|no|off|0)$/i.test(text)) return false
  throw invalid(text, what, 'true or false')
}

/** The items of a comma-separated list, without the space around them; empty items are left out. */
export function parseList(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

/**
 * Tags as `key=value,key=value`, without the space around keys and values. A value may be empty and may contain `=`.
 * @throws VaultError `ERR_CONFIG_VALUE` for an item without `=` or without a key, and for a key that comes twice
 * (AWS does not tell their case apart)
 */
export function parseTags(text: string, what: What): Tag[] {
  const seen = new Set<string>()
  return parseList(text).map((item, index) => {
    const equals = item.indexOf('=')
    const key = item.slice(0, Math.max(equals, 0)).trim()
    if (key === '') throw invalid('', what, `key=value,key=value; item ${index + 1} is not key=value`)
    if (seen.has(key.toLowerCase()))
      throw invalid('', what, `every key once; that of item ${index + 1} is there before`)
    seen.add(key.toLowerCase())
    return { key, value: item.slice(equals + 1).trim() }
  })
}

/**
 * An AWS region, which becomes a part of a host name.
 * @throws VaultError `ERR_CONFIG_VALUE` for anything but lower-case letters, digits and hyphens between them
 */
export function parseRegion(text: string, what: What): string {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw invalid(text, what, 'an AWS region such as eu-west-1: lower-case letters, digits and hyphens')
  }
  return text
}

function invalid(text: string, what: What, expected: string): VaultError {
  const place = describeOrigin(what.origin)
  // A longer value is not shown: it may be a secret that landed on the wrong line.
  const shown = /^[\x20-\x7e]{1,16}$/.test(text) ? ` "${text}"` : ''
  return new VaultError('ERR_CONFIG_VALUE', `${what.name}${shown} at ${place} is not valid: expected ${expected}`, {
    facts: { name: what.name, origin: what.origin },
    hint: what.origin.kind === 'file' ? `mend line ${what.origin.line} of ${what.origin.file}` : `mend ${place}`,
  })
}
