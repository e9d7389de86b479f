/** Makes the site of the documentation in site/, or in the folder that is named. `npm run docs` */
import { join, resolve } from 'node:path'
import { writeSite } from './docs/site.ts'

const target = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'site'))
const pages = writeSite(join(import.meta.dirname, '..'), target)
process.stdout.write(`${pages.length} pages: ${join(target, 'index.html')}\n`)
