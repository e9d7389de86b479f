/** Credentials that somebody may have in the environment, and that are no business of a process that stays. */
const CREDENTIALS =
  /^(?:AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN|ACCESS_KEY|SECRET_KEY)$|AWS_CONTAINER_|AWS_BEARER_TOKEN_)/

/**
 * The environment of a detached server in two parts: what it is started with, and the secrets, which it is told. What is
 * in the first stays readable for this user's other programs as long as it lives.
 * @param secretVariables that parts declare, e.g. `AWS_VAULT_FILE_PASSPHRASE`
 */
export function detachedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  secretVariables: readonly string[],
): { readonly open: Record<string, string>; readonly secrets: Record<string, string> } {
  const given = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const isSecret = ([name]: [string, string]): boolean => secretVariables.includes(name)
  return {
    open: Object.fromEntries(given.filter(entry => !isSecret(entry) && !CREDENTIALS.test(entry[0]))),
    secrets: Object.fromEntries(given.filter(isSecret)),
  }
}
