/** Makes the static site of the documentation: plain files, which need no server and ask no other host for anything. */
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { layout } from './layout.ts'
import { type Page, renderPage } from './markdown.ts'
import { findSections } from './pages.ts'

/**
 * Writes the site, beside its place first, so that no half of one is ever there.
 * @param root the repository
 * @param target the folder that is replaced
 */
export function writeSite(root: string, target: string): readonly Page[] {
  const found = findSections(root)
  const files = new Set(found.flatMap(section => section.files))
  const images = new Set<string>()
  const read = (file: string): Page => renderPage(file, readFileSync(join(root, file), 'utf8'), files, images)
  const sections = found.map(({ title, files }) => ({ title, pages: files.map(read) }))
  const pages = sections.flatMap(section => section.pages)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

  const work = `${target}.${process.pid}.tmp`
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(work, file)), { recursive: true })
    writeFileSync(join(work, file), text)
  }
  for (const page of pages) write(page.address, layout(page, sections, version))
  write('assets/search-index.js', `window.searchIndex = ${JSON.stringify(searchIndex(pages))}\n`)
  cpSync(join(import.meta.dirname, 'assets'), join(work, 'assets'), { recursive: true })
  for (const image of images) cpSync(join(root, image), join(work, image))
  rmSync(target, { recursive: true, force: true })
  renameSync(work, target)
  return pages
}

/** One row a passage: title of the page, heading, address, text. A script and no JSON, for pages that are opened as files. */
const searchIndex = (pages: readonly Page[]): readonly (readonly string[])[] =>
  pages.flatMap(({ title, address, passages }) =>
    passages.map(({ text, anchor, level, content }) => [
      title,
      level === 1 ? '' : text,
      level === 1 ? address : `${address}#${anchor}`,
      content,
    ]),
  )
