/**
 * Windows takes targets that differ in case alone for one, and gives `*` a meaning. So that `Dev` is never handed out as
 * `dev`, an account is the key with every character but `a-z 0-9 , . _ : = @ -` and the slash percent-encoded. Pure.
 */
export function accountOf(key: string): string {
  return [...Buffer.from(key)]
    .map(byte => (plain.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : encoded(byte)))
    .join('')
}

/** The key of an account that {@link accountOf} made; `undefined` for one that it did not make. Pure. */
export function keyOf(account: string): string | undefined {
  try {
    const key = decodeURIComponent(account)
    return key !== '' && accountOf(key) === account ? key : undefined
  } catch {
    return undefined
  }
}

const plain = /[a-z0-9,._:=@/-]/

const encoded = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`
