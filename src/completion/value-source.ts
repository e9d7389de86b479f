import type { ArgumentData, CommandData, FlagData } from './command-data.ts'

/** Where the values of a flag or an argument come from. */
export type ValueSource =
  | { readonly from: 'list'; readonly values: readonly string[] }
  | { readonly from: 'parts'; readonly kind: 'keyrings' | 'exposures' | 'prompts' }
  /** NAME=PACKAGE of `plugins use`, for one kind of parts. */
  | { readonly from: 'choices'; readonly kind: string }
  | {
      readonly from:
        | 'profiles'
        | 'sso-sessions'
        | 'sso-names'
        | 'servers'
        | 'served-profiles'
        | 'plugins'
        | 'regions'
        | 'session-types'
        | 'console-pages'
        | 'programs'
        | 'files'
    }
  | undefined

const list = (...values: string[]): ValueSource => ({ from: 'list', values })

/** What people ask for; everything else is typed. */
const DURATIONS = list('15m', '30m', '1h', '2h', '4h', '8h', '12h')
const AGES = list('30d', '60d', '90d', '180d', '365d')
const SERVING = list('ecs', 'ec2', 'eks')
const POLICIES = list(
  ...['ReadOnlyAccess', 'SecurityAudit', 'job-function/ViewOnlyAccess', 'PowerUserAccess'].map(
    name => `arn:aws:iam::aws:policy/${name}`,
  ),
)

/** By the flag's name, where the command does not matter. */
const FLAGS: Readonly<Record<string, ValueSource>> = {
  backend: { from: 'parts', kind: 'keyrings' },
  from: { from: 'parts', kind: 'keyrings' },
  to: { from: 'parts', kind: 'keyrings' },
  prompt: { from: 'parts', kind: 'prompts' },
  expose: { from: 'parts', kind: 'exposures' },
  kind: SERVING,
  region: { from: 'regions' },
  profile: { from: 'profiles' },
  type: { from: 'session-types' },
  path: { from: 'console-pages' },
  'policy-arn': POLICIES,
  browser: { from: 'programs' },
  'pass-cmd': { from: 'programs' },
  'pinentry-program': { from: 'programs' },
}

/** By what help says of a value. */
const HELP_VALUES: Readonly<Record<string, ValueSource>> = {
  '<file>': { from: 'files' },
  '<path>': { from: 'files' },
  '<duration>': DURATIONS,
  '<age>': AGES,
  '<region>': { from: 'regions' },
  '<profile>': { from: 'profiles' },
}

/** Where a flag's values come from; undefined when nothing is known of them. Pure. */
export function sourceOfFlag({ name, options, helpValue = '' }: FlagData): ValueSource {
  if (options !== undefined) return list(...options)
  return FLAGS[name] ?? HELP_VALUES[helpValue]
}

/** By command and argument. */
const ARGUMENTS: Readonly<Record<string, ValueSource>> = {
  'sso:login name': { from: 'sso-names' },
  'sso:list name': { from: 'sso-names' },
  'sso:configure name': { from: 'sso-sessions' },
  'server:stop server': { from: 'servers' },
  'server:status profile': { from: 'served-profiles' },
  'plugins:inspect plugin': { from: 'plugins' },
  'plugins:uninstall plugin': { from: 'plugins' },
  'plugins:link path': { from: 'files' },
  'update channel': list('stable', 'beta'),
}

/**
 * Where the values of a command's next argument come from. Pure.
 * @param before the arguments that stand in front of it
 */
export function sourceOfArgument(command: CommandData, before: readonly string[]): ValueSource {
  const all = Object.values(command.args ?? {})
  // A command that is not strict takes more of what it takes last.
  const argument: ArgumentData | undefined = all[before.length] ?? (command.strict === false ? all.at(-1) : undefined)
  if (argument === undefined) return undefined
  if (argument.options !== undefined) return list(...argument.options)
  if (command.id === 'plugins:use') return { from: 'choices', kind: `${before[0]}s` }
  return ARGUMENTS[`${command.id} ${argument.name}`] ?? (argument.name === 'profile' ? { from: 'profiles' } : undefined)
}
