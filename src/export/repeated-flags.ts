import { resolve } from 'node:path'

/** What it takes to ask for the same credentials once more, elsewhere. */
export interface Repeated {
  /** Words of a command line. */
  readonly args: readonly string[]
  /** Variables that decide over the credentials and that no program under `exec` sees. */
  readonly env: Readonly<Record<string, string>>
}

/** Flags that decide nothing about later credentials: used once, or about another matter. */
const PASSING = new Set(['mfa-token', 'refresh', 'force', 'json', 'explain', 'debug', 'expose', 'lazy', 'format'])

/** Flags of servers, which the credentials do not depend on. */
const OF_SERVERS = /^(?:ec2-|ecs-|eks-|server$|imds|bind-|port$|kind$|detach$|idle$|stop-when|container$|listen$)/

/** Cleared by `exec`, and read by us. */
const CLEARED = ['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME']

/**
 * The flags that decide over the credentials, as words, and the variables that do and are lost. Secrets are no flags.
 * Pure but for the current directory, from which the path of a policy counts.
 */
export function repeatedFlags(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): Repeated {
  const args = Object.entries(flags)
    .filter(([name, value]) => value !== undefined && !PASSING.has(name) && !OF_SERVERS.test(name))
    .flatMap(([name, value]) => {
      if (typeof value === 'boolean') return [value ? `--${name}` : `--no-${name}`]
      const values = Array.isArray(value)
        ? value.map(String)
        : [name === 'policy' ? resolve(String(value)) : String(value)]
      return values.map(one => `--${name}=${one}`)
    })
  const env = Object.fromEntries(CLEARED.flatMap(name => (environment[name] ? [[name, environment[name]]] : [])))
  return { args, env }
}

/** The words as a shell reads them, for a hint. */
export const quoted = (words: readonly string[]): string =>
  words.map(word => (/^[\w./:=+@%,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
