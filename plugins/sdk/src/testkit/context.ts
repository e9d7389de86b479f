import type { Clock, Desk, HttpOptions, Logger, OptionValue, PartContext } from '../context.ts'
import type { PromptRequest } from '../prompt.ts'
import { withTestLock } from './lock.ts'

/** What a test decides of the world around a part. Everything has a default. */
export interface TestContextOptions {
  /** The part's own options. */
  readonly options?: Readonly<Record<string, OptionValue>>
  /**
   * The answers to the questions that will be asked, in their order; an error is thrown in place of an answer. A
   * question beyond them fails.
   */
  readonly answers?: readonly (string | Error)[]
  readonly http?: HttpOptions
  readonly platform?: NodeJS.Platform
  readonly homeDirectory?: string
  /** None if absent. */
  readonly sessionBus?: string | undefined
  /** A terminal and no browser, in what is left out. */
  readonly desk?: Partial<Desk>
  readonly signal?: AbortSignal
  /** Where sockets and tokens are; needed by parts that have some. The home directory, where that is given. */
  readonly runtimeDirectory?: string
  /** Where sockets of other sessions may be; the same if absent. */
  readonly runtimeDirectories?: readonly string[]
  /** What becomes of helpers that a part starts; none can be started if absent. */
  readonly startHelper?: (input: Uint8Array) => Promise<void>
  /** What programs that the part starts get as their environment; that of the test if absent. */
  readonly programEnvironment?: Readonly<Record<string, string | undefined>>
  /** What the clock shows at first, in milliseconds since 1970; the true time if absent. */
  readonly now?: number
}

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void
}

/** A {@link PartContext} that remembers what a part did with it. */
export interface TestContext extends PartContext {
  readonly clock: TestClock
  /** All lines logged or shown so far, `debug` and `warn` alike, with their facts as JSON. */
  readonly logged: readonly string[]
  /** All questions asked so far. */
  readonly questions: readonly PromptRequest[]
}

/**
 * The world for a part under test: scripted answers, a clock that stands still, a logger that remembers, and locks that
 * hold between processes of this machine.
 *
 * @example
 * ```ts
 * const context = testContext({ options: { dir: '/tmp/vault' }, answers: ['open sesame'] })
 * const keyring = await backend.open(context)
 * assert.deepEqual(await keyring.keys(), [])
 * assert.deepEqual(context.questions, [])
 * ```
 */
export function testContext({
  options = {},
  answers = [],
  http = {},
  platform = process.platform,
  homeDirectory: givenHome,
  sessionBus,
  desk = {},
  signal = new AbortController().signal,
  programEnvironment = process.env,
  now = Date.now(),
  runtimeDirectory = givenHome,
  runtimeDirectories,
  startHelper = () => Promise.reject(new Error('unexpected helper')),
}: TestContextOptions = {}): TestContext {
  const logged: string[] = []
  const questions: PromptRequest[] = []
  const logger: Logger = {
    debug: (message, facts) => logged.push(facts === undefined ? message : `${message} ${JSON.stringify(facts)}`),
    warn: message => logged.push(message),
  }
  let time = now
  const clock: TestClock = {
    now: () => time,
    advance: milliseconds => {
      time += milliseconds
    },
  }
  return {
    options,
    logger,
    clock,
    signal,
    http,
    platform,
    homeDirectory: givenHome ?? '/home/tester',
    ...(sessionBus === undefined ? {} : { sessionBus }),
    desk: {
      isWatched: async () => true,
      show: async line => void logged.push(line),
      canBrowse: async () => false,
      browse: url => Promise.reject(new Error(`unexpected visit to ${url}`)),
      ...desk,
    },
    programEnvironment: async () =>
      Object.fromEntries(Object.entries(programEnvironment).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >,
    logged,
    questions,
    async ask(request) {
      const answer = answers[questions.push(request) - 1]
      if (answer === undefined) throw new Error(`unexpected question: ${request.message}`)
      if (answer instanceof Error) throw answer
      return answer
    },
    withLock: (name, task) => withTestLock(name, signal, task),
    runtimeDirectory: () => {
      if (runtimeDirectory === undefined) throw new Error('this test has no directory for sockets')
      return runtimeDirectory
    },
    runtimeDirectories: () => runtimeDirectories ?? (runtimeDirectory === undefined ? [] : [runtimeDirectory]),
    startHelper,
  }
}
