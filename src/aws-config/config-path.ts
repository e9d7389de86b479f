import { join } from 'node:path'

/**
 * The path of the AWS config file: `AWS_CONFIG_FILE` if it is set and not empty, else `~/.aws/config`. A leading `~/`
 * is the home directory.
 * @param variable the value of `AWS_CONFIG_FILE`
 */
export function configPath(variable: string | undefined, homeDirectory: string): string {
  if (variable === undefined || variable === '') return join(homeDirectory, '.aws', 'config')
  return /^~[/\\]/.test(variable) ? join(homeDirectory, variable.slice(2)) : variable
}
