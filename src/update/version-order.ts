const VERSION = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?$/

/** Whether a text is a version as releases have them: three numbers, and perhaps what it is on the way to. Pure. */
export const isVersion = (text: string): boolean => VERSION.test(text)

/**
 * Compares two versions by the rules of Semantic Versioning: negative if `a` comes before `b`. Pure.
 * @throws Error for what is no version
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)]
  for (let at = 0; at < 3; at++) {
    const difference = Number(left.numbers[at]) - Number(right.numbers[at])
    if (difference !== 0) return difference
  }
  // A version comes after everything that was on the way to it.
  if (left.before === undefined || right.before === undefined) {
    return Number(left.before === undefined) - Number(right.before === undefined)
  }
  return compareWords(left.before, right.before)
}

function partsOf(version: string): { numbers: string[]; before: string[] | undefined } {
  const [, major = '', minor = '', patch = '', before] = VERSION.exec(version) ?? []
  if (major === '') throw new Error(`"${version}" is not a version`)
  return { numbers: [major, minor, patch], before: before?.split('.') }
}

function compareWords(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [left, right] = [a[at], b[at]]
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    if (left === right) continue
    const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
    if (isLeftNumber && isRightNumber) return Number(left) - Number(right)
    // Numbers come before words.
    if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1
    return left < right ? -1 : 1
  }
  return 0
}
