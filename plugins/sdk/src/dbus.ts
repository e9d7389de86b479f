/**
 * A D-Bus client for parts that talk to a daemon of the user's session: method calls and signals over the session bus,
 * every wait bounded, nothing native. Loaded by those who import it, and `node:net` when it connects.
 * @see https://dbus.freedesktop.org/doc/dbus-specification.html
 * @module
 */
export type { BusAddress } from './dbus/address.ts'
export { parseBusAddress } from './dbus/address.ts'
export { Bus, type BusOptions, type MethodCall, type SignalMatch } from './dbus/bus.ts'
export { Daemon, type DaemonDescription, type DaemonPlace } from './dbus/daemon.ts'
export { BusError, type BusProblem, CallError } from './dbus/errors.ts'
export { type Message, MessageType } from './dbus/message.ts'
export { Variant } from './dbus/variant.ts'
