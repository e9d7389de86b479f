/** Prints what CHANGELOG.md says of the version in package.json; with a tag (`v1.3.0`), only if it is the tag of that version. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sectionOf } from './release/changelog-section.ts'

const root = join(import.meta.dirname, '..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const [tag] = process.argv.slice(2)
if (tag !== undefined && tag !== `v${version}`) throw new Error(`${tag} is not the tag of version ${version}`)
process.stdout.write(sectionOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version))
