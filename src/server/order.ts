import { hash } from 'node:crypto'

/** Flags about how the answer is printed, and what is used once. */
const WITHOUT_EFFECT = new Set(['detach', 'format', 'json', 'debug', 'mfa-token', 'refresh', 'lazy'])

/** Variables that decide what is served. Those of AWS's regions are among what we print: they would differ each time. */
const DECISIVE =
  /^(?:HOME$|XDG_\w+_HOME$|PASSWORD_STORE_DIR$|AWS_VAULT_(?!REFRESH)|AWS_ENDPOINT_URL|AWS_MFA_SERIAL$|AWS_ROLE_|AWS_.*_TTL$)/

/**
 * Tells servers apart that would serve something else: two with the same order can stand for each other. Pure.
 * @param secretVariables left out: what they open is told by the other ones
 * @param files what stands in the files that decide: see decisive-files.ts
 */
export function orderOf(
  profiles: readonly string[],
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  secretVariables: readonly string[],
  files: readonly string[],
): string {
  const named = (values: Readonly<Record<string, unknown>>, isCounted: (name: string) => boolean) =>
    Object.entries(values)
      .filter(([name, value]) => value !== undefined && isCounted(name))
      .sort(([one], [other]) => (one < other ? -1 : 1))
  const counted = [
    profiles,
    files,
    named(flags, name => !WITHOUT_EFFECT.has(name)),
    named(environment, name => DECISIVE.test(name) && !secretVariables.includes(name)),
  ]
  return hash('sha256', JSON.stringify(counted))
}
