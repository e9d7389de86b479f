import { CallError, type DaemonDescription } from '@aws-vault/plugin-sdk/dbus'

/** The service's own object. */
export const SERVICE_PATH = '/org/freedesktop/secrets'

/** Interfaces of https://specifications.freedesktop.org/secret-service/latest/ */
export const SERVICE = 'org.freedesktop.Secret.Service'
export const COLLECTION = 'org.freedesktop.Secret.Collection'
export const ITEM = 'org.freedesktop.Secret.Item'
export const PROMPT = 'org.freedesktop.Secret.Prompt'

/** What stands for "no object" where a path is answered. */
export const NO_OBJECT = '/'

export const description: DaemonDescription = {
  keyring: 'secret-service',
  title: 'the Secret Service',
  places: [{ name: 'org.freedesktop.secrets', path: SERVICE_PATH }],
  hint: 'see that one runs in this session (gnome-keyring-daemon --start --components=secrets)',
}

/** Whether the answer says that the collection or item is locked. */
export const saysLocked = (error: unknown): boolean =>
  error instanceof CallError && error.errorName === 'org.freedesktop.Secret.Error.IsLocked'

const noObject = new Set([
  'org.freedesktop.Secret.Error.NoSuchObject',
  'org.freedesktop.DBus.Error.UnknownObject',
  // What GNOME Keyring and others answer for any path that they do not have.
  'org.freedesktop.DBus.Error.UnknownMethod',
  'org.freedesktop.DBus.Error.UnknownInterface',
])

/** Whether the answer says that there is no such collection or item. */
export const saysNoObject = (error: unknown): boolean => error instanceof CallError && noObject.has(error.errorName)
