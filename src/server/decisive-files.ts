import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * The files that decide what is served, by their places and what stands in them: after an edit, or from another directory,
 * the same words mean something else, and a server that runs already is not the one that is meant.
 */
export function decisiveFiles(paths: readonly (string | undefined)[]): string[] {
  return paths.flatMap(path => {
    if (path === undefined) return []
    const place = resolve(path)
    return [`${place} ${contentOf(place)}`]
  })
}

function contentOf(path: string): string {
  try {
    return hash('sha256', readFileSync(path))
  } catch {
    // Whoever needs it says why it cannot be read.
    return 'unreadable'
  }
}
