import { assignment } from './format.ts'

/** The shells whose language we print. */
export const SHELLS = ['export-env', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

/** What is to be done to a shell's environment. */
export interface EnvironmentChange {
  readonly set: Readonly<Record<string, string>>
  readonly unset: readonly string[]
}

const removal: Record<Shell, (name: string) => string> = {
  'export-env': name => `unset ${name}`,
  fish: name => `set -e ${name}`,
  powershell: name => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
}

/** Lines for a shell to evaluate. Pure. */
export const shellLines = (shell: Shell, { set, unset }: EnvironmentChange): string =>
  [...unset.map(removal[shell]), ...Object.entries(set).map(([name, value]) => assignment[shell](name, value))].join(
    '\n',
  )

/** The shell that will most likely read what we print: what `SHELL` says, PowerShell on Windows without one. */
export function likelyShell(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Shell {
  const { SHELL } = environment
  const name = SHELL?.split(/[\\/]/)
    .at(-1)
    ?.replace(/\.exe$/i, '')
  if (name === 'fish') return 'fish'
  if (name === 'pwsh' || (name === undefined && platform === 'win32')) return 'powershell'
  return 'export-env'
}
