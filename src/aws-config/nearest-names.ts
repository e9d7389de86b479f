/** The farthest that a name may be from what was typed. It also bounds the work: rows are given up beyond it. */
const MAX_DISTANCE = 3

/**
 * Those of `names` that `typed` was probably meant to be, the likeliest first: names that differ by a letter or three
 * (fewer in a short name; case does not count), then names that go on where `typed` ends.
 */
export function nearestNames(typed: string, names: Iterable<string>, count = 3): string[] {
  const wanted = typed.toLowerCase()
  const limit = Math.min(MAX_DISTANCE, Math.max(1, Math.floor(wanted.length / 3)))
  const found: { name: string; distance: number }[] = []
  for (const name of new Set(names)) {
    const candidate = name.toLowerCase()
    const distance = editDistance(wanted, candidate, limit)
    if (distance <= limit || (wanted.length > 1 && candidate.startsWith(wanted))) found.push({ name, distance })
  }
  return found
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name)
}

/**
 * How many letters must be inserted, removed, replaced or swapped with their neighbour to get from `a` to `b` (optimal
 * string alignment); `limit + 1` when it is more than `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let best = row
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      }
      current.push(cost)
      best = Math.min(best, cost)
    }
    if (best > limit) return limit + 1
    beforeLast = last
    last = current
  }
  return Math.min(at(last, b.length), limit + 1)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
