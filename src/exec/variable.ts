/** The value of an environment variable. On Windows its name is the same in upper and lower case. */
export function variable(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  platform: NodeJS.Platform,
): string | undefined {
  if (platform !== 'win32') return environment[name]
  return Object.entries(environment).find(([other]) => other.toUpperCase() === name)?.[1]
}
