/**
 * What can be wrong with a bus or with who is at its other end.
 *
 * - `absent`: there is no bus at the address
 * - `refused`: there is one, and it does not let us in
 * - `closed`: the connection ended
 * - `timeout`: no answer came in time
 * - `malformed`: what came, or should be sent, is no D-Bus message
 */
export type BusProblem = 'absent' | 'refused' | 'closed' | 'timeout' | 'malformed'

/** The bus failed, or an answer did not come. Not for users: whoever calls knows which daemon it was for. */
export class BusError extends Error {
  readonly problem: BusProblem

  constructor(problem: BusProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'BusError'
    this.problem = problem
  }
}

/** An error that the called program, or the bus in its place, answered with. */
export class CallError extends Error {
  /** Its D-Bus name, such as `org.freedesktop.DBus.Error.ServiceUnknown`. */
  readonly errorName: string

  constructor(errorName: string, message: string) {
    super(message)
    this.name = 'CallError'
    this.errorName = errorName
  }
}
