/**
 * The environment of a process that outlives the command: what a program needs to run at all, and no secret.
 * @param secretVariables that parts declare, e.g. `AWS_VAULT_FILE_PASSPHRASE`
 */
export function helperEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  secretVariables: readonly string[],
): Record<string, string> {
  const isKept = (name: string): boolean =>
    !secretVariables.includes(name) && (!name.startsWith('AWS_') || name.startsWith('AWS_VAULT_'))
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && isKept(entry[0]),
    ),
  )
}
