/** One call that the local AWS received, in the order of arrival. */
export interface Call {
  /** When it arrived by the server's clock, in milliseconds since 1970. */
  readonly time: number
  /** `sts`, `iam`, `sso-oidc`, `sso`, `signin` */
  readonly service: string
  readonly action: string
  /** As sent, TokenCode included; secrets are left out, and so are Action and Version. */
  readonly parameters: Readonly<Record<string, string>>
  /** The access key id that it was signed with, verified or not; absent on an unsigned call. */
  readonly accessKeyId?: string
  /** The ARN of the user or assumed role that this key stands for; absent when nobody has it. */
  readonly signer?: string
  /** Whether this key is a session's. */
  readonly temporary?: boolean
  /** The region of the credential scope. */
  readonly region?: string
  /** `ok`, an AWS error code, or `none` as long as, or when, it was never performed (`hang`, `cut`). */
  result: string
  /** The access key id of the credentials that it gave out. */
  issued?: string
  /** The scripted fault that hit it: `throttle`, `cut`, `error`, `delayMs`, ... */
  fault?: string
}

/** Every call, and a way to wait for one. */
export interface CallLog {
  readonly entries: Call[]
  add(call: Call): void
  clear(): void
  /** The first call that `test` is true for: one that was there already, or the next that arrives. */
  waitFor(test: (call: Call) => boolean): Promise<Call>
}

/** An empty log. */
export function createCallLog(): CallLog {
  const entries: Call[] = []
  let waiting: { test: (call: Call) => boolean; resolve: (call: Call) => void }[] = []
  return {
    entries,
    add(call) {
      entries.push(call)
      const served = waiting.filter(({ test }) => test(call))
      waiting = waiting.filter(waiter => !served.includes(waiter))
      for (const { resolve } of served) resolve(call)
    },
    clear() {
      entries.length = 0
    },
    waitFor(test) {
      const found = entries.find(test)
      if (found !== undefined) return Promise.resolve(found)
      return new Promise(resolve => waiting.push({ test, resolve }))
    },
  }
}
