/** The numbers under which libgpg-error knows what may go wrong; the upper bits of an error say only who found out. */
export const GPG_ERR = {
  BAD_PASSPHRASE: 11,
  NO_SECKEY: 17,
  TIMEOUT: 62,
  NO_AGENT: 77,
  AGENT: 78,
  NO_PIN_ENTRY: 85,
  PIN_ENTRY: 86,
  BAD_PIN: 87,
  CANCELED: 99,
  CARD: 108,
  CARD_RESET: 109,
  CARD_REMOVED: 110,
  INV_CARD: 111,
  CARD_NOT_PRESENT: 112,
  NO_SCDAEMON: 119,
  PIN_BLOCKED: 130,
  FULLY_CANCELED: 198,
  // The system error ENOTTY: 0x8000 and 102.
  ENOTTY: 32_870,
} as const

/** The arguments of each line `[GNUPG:] NAME arguments` that gpg wrote (`--status-fd`, see its DETAILS). */
export function statuses(output: string, name: string): string[] {
  const start = `[GNUPG:] ${name}`
  return output
    .split('\n')
    .filter(line => line === start || line.startsWith(`${start} `))
    .map(line => line.slice(start.length + 1).trim())
}

/** Why gpg could not decrypt, as a number of {@link GPG_ERR}; `undefined` where it does not say. */
export function decryptionError(output: string): number | undefined {
  const [line] = statuses(output, 'ERROR').filter(each => each.startsWith('pkdecrypt_failed '))
  return line === undefined ? undefined : Number(line.split(' ')[1]) & 0xffff
}

/** What gpg says for people, without its status lines. */
export function wordsOf(output: string): string[] {
  return output.split('\n').filter(line => line.trim() !== '' && !line.startsWith('[GNUPG:]'))
}
