import type { DaemonDescription } from '@aws-vault/plugin-sdk/dbus'

/** The daemon's interface, the same in KDE Frameworks 5 and 6. */
export const KWALLET = 'org.kde.KWallet'

export const description: DaemonDescription = {
  keyring: 'kwallet',
  title: 'the KDE wallet daemon',
  places: [
    { name: 'org.kde.kwalletd6', path: '/modules/kwalletd6' },
    { name: 'org.kde.kwalletd5', path: '/modules/kwalletd5' },
  ],
  hint: 'see that kwalletd6 or kwalletd5 runs in this session and is switched on in System Settings',
}

/** Where the Go tool of the same name has its items, and as whom it asks for them. */
export const WALLET = 'aws-vault'
export const FOLDER = 'aws-vault'
export const APPLICATION = 'aws-vault'

/** Types of entries, as the daemon numbers them. */
export const EntryType = { none: 0, password: 1, bytes: 2 } as const
