// What is secret passes through here, and nothing protects it yet: encrypt in `seal` and decrypt in `unseal`, or hand
// both to a keystore. A passphrase comes from `context.ask`; a wrong one is a KeyringLockedError, never a damaged item.

export const seal = (bytes: Uint8Array): Uint8Array => bytes

export const unseal = (bytes: Uint8Array): Uint8Array => bytes
