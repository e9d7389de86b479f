/** Where a setting came from, so that messages and `--explain` can point at it. */
export type Origin =
  /** A line of the AWS config file. */
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly section: string }
  | { readonly kind: 'environment'; readonly variable: string }
  /** A flag, named without its dashes. */
  | { readonly kind: 'flag'; readonly flag: string }
  /** A line of our own settings file. */
  | { readonly kind: 'settings'; readonly file: string; readonly name: string }
  /** What a client of a credential server asked for. */
  | { readonly kind: 'request' }
  | { readonly kind: 'default' }

/** A value and where it came from. */
export interface Located<T> {
  readonly value: T
  readonly origin: Origin
}

/**
 * An origin in words: `/home/a/.aws/config:12 [profile dev]`, `environment variable AWS_REGION`, `flag --duration`,
 * `setting "duration" in /home/a/...` or `built-in default`.
 */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.file}:${origin.line} [${origin.section}]`
    case 'environment':
      return `environment variable ${origin.variable}`
    case 'flag':
      return `flag --${origin.flag}`
    case 'settings':
      return `setting "${origin.name}" in ${origin.file}`
    case 'request':
      return 'request to the credential server'
    case 'default':
      return 'built-in default'
  }
}
