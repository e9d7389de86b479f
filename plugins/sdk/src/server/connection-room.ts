import type { Connection } from './connection.ts'

/** How many strangers there is room for, for each connection that has proved itself. */
const STRANGERS_EACH = 4

/**
 * The connections that a server has, and which of them goes to make room. Those that have shown that they may have what
 * is served never go for one that has not: who knows no token, however fast it connects, only takes the place of its like.
 */
export class ConnectionRoom implements Iterable<Connection> {
  readonly #size: number
  readonly #known = new Set<Connection>()
  readonly #strangers = new Set<Connection>()

  /** @param size how many of those that are known there may be */
  constructor(size: number) {
    this.#size = size
  }

  /** How many there are. */
  get size(): number {
    return this.#known.size + this.#strangers.size
  }

  /** How many of them have shown nothing yet. */
  get strangers(): number {
    return this.#strangers.size
  }

  /** Takes in one that is known. Gives `false` where all others are being answered, and there is no room. */
  addKnown(connection: Connection): boolean {
    if (this.#known.size >= this.#size && !closeIdlest(this.#known)) return false
    connection.isKnown = true
    this.#known.add(connection)
    return true
  }

  /** Takes in one that has shown nothing yet. */
  addStranger(connection: Connection): boolean {
    // Long enough for a slow client to say its token while others come in by the thousand each second.
    if (this.#strangers.size >= this.#size * STRANGERS_EACH && !closeIdlest(this.#strangers)) return false
    this.#strangers.add(connection)
    return true
  }

  /** A stranger has shown that it may have what is served. Where there is no room for it, it stays one. */
  prove(connection: Connection): void {
    if (this.#strangers.delete(connection) && !this.addKnown(connection)) this.#strangers.add(connection)
  }

  delete(connection: Connection): void {
    this.#known.delete(connection)
    this.#strangers.delete(connection)
  }

  *[Symbol.iterator](): Generator<Connection> {
    yield* this.#known
    yield* this.#strangers
  }
}

/** Of those that no answer is being worked on for, the one goes that got its last one longest ago. */
function closeIdlest(connections: Set<Connection>): boolean {
  let idlest: Connection | undefined
  for (const connection of connections) {
    if (connection.isAnswering) continue
    if (idlest === undefined || connection.idleSince < idlest.idleSince) idlest = connection
  }
  if (idlest === undefined) return false
  connections.delete(idlest)
  idlest.socket.destroy()
  return true
}
