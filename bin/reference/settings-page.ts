/** docs/settings.md: settings, environment variables and profile keys, from what is declared. Pure. */
import type { OptionDeclaration } from '@aws-vault/plugin-sdk'
import type { Part } from '../../src/contributions/part.ts'
import { PROFILE_KEYS } from './profile-keys.ts'
import { code, table } from './table.ts'
import { READ_VARIABLES, SET_VARIABLES } from './variables.ts'

interface Declared {
  readonly option: OptionDeclaration
  /** Of which part: `keyring file`; empty for our own. */
  readonly owner: string
}

/** The page. */
export function settingsPage(core: Readonly<Record<string, OptionDeclaration>>, parts: readonly Part[]): string {
  const declared = [...Object.values(core).map(option => ({ option, owner: '' })), ...optionsOf(parts)]
  const settings = declared.filter(({ option }) => option.flag !== undefined)
  const variables = declared.filter(({ option }) => option.env !== undefined)
  const blocks = [
    '# Settings',
    'Made by `npm run build` from what the program and its parts declare. A value is taken from the flag, else from the environment, else from ' +
      '`~/.config/aws-vault/settings.ini`, else it is the default:',
    '```ini\nbackend = file\nfile-dir = ~/vault\nduration = 2h\n```',
    'The sections `[use.keyrings]`, `[use.providers]`, `[use.exposures]` and `[use.prompts]` of that file are written by [`plugins use`](commands.md#plugins-use). ' +
      '`aws-vault doctor` names what nobody knows.',
    '## In settings.ini',
    'Each is also a flag of that name.',
    table(
      ['Setting', 'Variable', 'What it is', 'Type, default', 'Of'],
      settings.map(({ option, owner }) => [
        code(option.flag ?? ''),
        option.env === undefined ? '' : code(option.env),
        option.summary,
        typeOf(option),
        owner,
      ]),
    ),
    '## Environment variables that are read',
    table(
      ['Variable', 'What it is'],
      [
        ...variables.map(
          ({ option }) => [option.env ?? '', `${option.summary}${option.secret ? '; secret' : ''}`] as const,
        ),
        ...Object.entries(READ_VARIABLES),
      ]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, text]) => [code(name), text]),
    ),
    'A secret of a keyring with `_TO` behind its name is the secret of the keyring that [`migrate`](migrate.md) copies to. Durations are written as ' +
      '`1h30m`, `15m`, `900s`.',
    '## Environment variables that exec sets',
    table(
      ['Variable', 'What it is'],
      Object.entries(SET_VARIABLES).map(([name, text]) => [code(name), text]),
    ),
    'Before that, every variable is taken out that says something of AWS credentials, and every secret of a keyring.',
    '## Keys of a profile',
    "In the AWS config. AWS's own mean what they mean to the AWS SDKs.",
    table(
      ['Key', 'Whose', 'What it says'],
      Object.entries(PROFILE_KEYS).map(([name, [owner, text]]) => [code(name), owner, text]),
    ),
    ...claimsOf(parts),
  ]
  return `${blocks.join('\n\n')}\n`
}

function optionsOf(parts: readonly Part[]): Declared[] {
  const seen = new Map<string, { option: OptionDeclaration; owners: string[] }>()
  for (const { kind, name, declaration } of parts) {
    for (const option of Object.values(declaration.options ?? {})) {
      const key = `${option.flag} ${option.env}`
      const known = seen.get(key)
      const owner = `${kind.slice(0, -1)} ${code(name)}`
      if (known === undefined) seen.set(key, { option, owners: [owner] })
      else known.owners.push(owner)
    }
  }
  return [...seen.values()].map(({ option, owners }) => ({ option, owner: owners.join(', ') }))
}

function typeOf({ type = 'string', min, max, default: fallback }: OptionDeclaration): string {
  const range = min === undefined || max === undefined ? '' : ` ${min} to ${max}`
  return `${type}${range}${fallback === undefined ? '' : `, ${code(String(fallback))}`}`
}

function claimsOf(parts: readonly Part[]): string[] {
  const claims = parts.flatMap(({ name, declaration }) =>
    (declaration.claims ?? []).map(key => [code(key), code(name)]),
  )
  return claims.length === 0 ? [] : [table(['Key', 'Provider that reads it'], claims)]
}
