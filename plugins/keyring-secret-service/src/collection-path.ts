import { SERVICE_PATH } from './service.ts'

/**
 * The object path that a collection with that name as its label gets: letters and digits as they are, every other byte as
 * `_xx`. It is where the Go tool of the same name looks.
 */
export function collectionPath(name: string): string {
  const escaped = Array.from(Buffer.from(name), byte => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`
  })
  return `${SERVICE_PATH}/collection/${escaped.join('')}`
}
