import { variable } from './variable.ts'

/**
 * The program that `exec` runs when none is named: the user's shell. Without `$SHELL` it is /bin/sh; on Windows, what
 * `COMSPEC` says, else PowerShell.
 */
export function defaultProgram(world: {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
}): string {
  const { environment, platform } = world
  return platform === 'win32'
    ? variable(environment, 'COMSPEC', platform) || 'powershell.exe'
    : environment.SHELL || '/bin/sh'
}
