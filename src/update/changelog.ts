import { compareVersions, isVersion } from './version-order.ts'

/**
 * What a changelog in the format of Keep a Changelog says of the versions after one and up to another, newest first.
 * Pure.
 * @param after the version that one comes from
 * @param upTo the version that one goes to
 * @returns the sections with their headings; empty if there are none
 */
export function changesBetween(changelog: string, after: string, upTo: string): string {
  return changelog
    .split(/^(?=## )/m)
    .filter(section => {
      const [, version = ''] = /^## \[?v?([0-9][^\]\s]*)/.exec(section) ?? []
      return isVersion(version) && compareVersions(version, after) > 0 && compareVersions(version, upTo) <= 0
    })
    .map(section => section.trim())
    .join('\n\n')
}
