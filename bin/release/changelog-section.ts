/** CHANGELOG.md: what a version brings, and making a version of what is unreleased. Pure. */

/** What stands below a version's heading. @throws Error when there is no such version, or nothing below it */
export function sectionOf(changelog: string, version: string): string {
  const lines = changelog.split('\n')
  const start = lines.findIndex(line => line.startsWith('## ') && line.slice(3).split(' ')[0] === version)
  if (start === -1) throw new Error(`CHANGELOG.md has no section "## ${version}"`)
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '))
  const text = lines
    .slice(start + 1, end === -1 ? undefined : end)
    .join('\n')
    .trim()
  if (text === '') throw new Error(`CHANGELOG.md says nothing of ${version}`)
  return `${text}\n`
}

/**
 * The changelog with what is unreleased as a version.
 * @param date of the release, as 2026-03-01
 * @throws Error when the version is there already, or nothing is unreleased
 */
export function cutVersion(changelog: string, version: string, date: string): string {
  if (!/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version)) throw new Error(`${version} is no version`)
  sectionOf(changelog, 'Unreleased')
  if (changelog.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has ${version} already`)
  return changelog.replace(/^## Unreleased$/m, `## Unreleased\n\n## ${version} - ${date}`)
}
