/**
 * The D-Bus address of the session bus: `DBUS_SESSION_BUS_ADDRESS`, else the socket `bus` in the directory of the login
 * session, which is where systemd's and most other user buses listen. Whether one listens there shows when it is used.
 */
export function sessionBusAddress(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: directory } = environment
  if (address) return address
  return directory?.startsWith('/') ? `unix:path=${escapeValue(`${directory}/bus`)}` : undefined
}

/** Bytes that have a meaning in an address are written as `%xx`. */
function escapeValue(text: string): string {
  return text.replace(/[^-0-9A-Za-z_/.\\*]/gu, character =>
    Array.from(new TextEncoder().encode(character), byte => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}
