/**
 * Makes a version of what CHANGELOG.md has as unreleased: its heading there, and the version in package.json and the lock file.
 *
 *     npm run release-cut -- 1.3.0
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cutVersion } from './release/changelog-section.ts'

const root = join(import.meta.dirname, '..')
const [version = ''] = process.argv.slice(2)
const edit = (file: string, change: (text: string) => string): void => {
  const path = join(root, file)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}
edit('CHANGELOG.md', text => cutVersion(text, version, new Date().toISOString().slice(0, 10)))
edit('package.json', text => text.replace(/"version": "[^"]*"/, `"version": "${version}"`))
edit('package-lock.json', text => {
  const lock = JSON.parse(text)
  lock.version = version
  lock.packages[''].version = version
  return `${JSON.stringify(lock, null, 2)}\n`
})
