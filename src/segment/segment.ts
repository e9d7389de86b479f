import { formatTimeLeft } from '../output/duration.ts'
import type { ServerState } from '../server/state-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a segment is made from. */
export interface SegmentInput {
  readonly environment: Environment
  /** Milliseconds since 1970. */
  readonly now: number
  /** The states of servers, of dead ones too; asked for only where the credentials come from one. */
  states(): readonly ServerState[]
  /** Whether a server is known to be gone. */
  isDead(state: ServerState): boolean
}

/** What leads a program to a server, rather than being credentials. */
const SERVER_VARIABLES = ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_EC2_METADATA_SERVICE_ENDPOINT']

/**
 * A few characters for a shell's prompt: the profile, and how long its credentials live: `work 42m`, `work expired`;
 * `work` alone where they have no end or a server renews them; `work gone` where that server is not there any more.
 * Empty where there are no credentials of ours. Pure.
 */
export function segment(input: SegmentInput): string {
  const { AWS_VAULT: profile, AWS_CREDENTIAL_EXPIRATION: expiration } = input.environment
  if (profile) return withTimeLeft(clean(profile), expiration, input.now)
  if (SERVER_VARIABLES.every(name => !input.environment[name])) return ''
  return served(input)
}

function withTimeLeft(profile: string, expiration: string | undefined, now: number): string {
  const end = Date.parse(expiration ?? '')
  return Number.isNaN(end) ? profile : `${profile} ${formatTimeLeft((end - now) / 1000)}`
}

function served({ environment, states, isDead }: SegmentInput): string {
  for (const state of states()) {
    const profile = state.profiles.find(each =>
      SERVER_VARIABLES.some(name => environment[name] && environment[name] === each.environment[name]),
    )
    if (profile !== undefined) return isDead(state) ? `${clean(profile.name)} gone` : clean(profile.name)
  }
  return ''
}

/** A profile's name comes from a file: nothing in it may drive the terminal, nor be expanded by a shell. */
const clean = (name: string): string => name.replaceAll(/[\p{Cc}\p{Cf}$`\\%!]/gu, '?')
