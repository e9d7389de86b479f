/** The site of the documentation: whole, and by itself. */
import assert from 'node:assert/strict'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Page } from '../../bin/docs/markdown.ts'
import { writeSite } from '../../bin/docs/site.ts'

const root = join(import.meta.dirname, '..', '..')

describe('the site', () => {
  let folder = ''
  let pages: readonly Page[] = []
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  before(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'aws-vault-site-')), 'site')
    pages = writeSite(root, folder)
  })
  after(() => rmSync(join(folder, '..'), { recursive: true, force: true }))

  it('has a page for every page of the repository, and a way to it from each', () => {
    const wanted = globSync(['*.md', 'docs/**/*.md', 'plugins/*/README.md'], {
      cwd: root,
      exclude: name => name === 'node_modules',
    })
    assert.deepEqual(pages.map(({ file }) => file).sort(), wanted.sort())
    assert.equal(new Set(pages.map(({ title }) => title)).size, pages.length, 'two pages have one title')
    for (const { address } of pages) {
      const [sidebar = ''] = read(address).split('</nav>')
      assert.equal(sidebar.match(/<li><a href=/g)?.length, pages.length, address)
    }
  })

  it('has only links that lead to files of its own, and to headings of theirs', () => {
    const ids = new Map(
      pages.map(({ address }) => [address, new Set([...read(address).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
    )
    for (const { address } of pages) {
      for (const [, target = ''] of read(address).matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (target.startsWith('https://')) continue
        const [path = '', anchor] = target.split('#')
        const file = path === '' ? address : posix.join(posix.dirname(address), path)
        assert.ok(existsSync(join(folder, file)), `${address}: ${target}`)
        if (anchor) assert.ok(ids.get(file)?.has(decodeURIComponent(anchor)), `${address}: ${target}`)
      }
    }
  })

  it('asks no other host for anything', () => {
    for (const { address } of pages) {
      assert.doesNotMatch(read(address), /<(?:script|link|img|iframe)[^>]*(?:https?:)?\/\//, address)
    }
    for (const asset of ['style.css', 'search.js'])
      assert.doesNotMatch(read(`assets/${asset}`), /https?:|@import|url\(/)
  })

  it('shows HTML that stands in a page as text', () => {
    assert.doesNotMatch(pages.map(({ html }) => html).join(''), /<(?:script|style|iframe|object)\b/)
  })

  it('has a search index with every heading', () => {
    const rows: string[][] = JSON.parse(read('assets/search-index.js').replace(/^window\.searchIndex = /, ''))
    assert.equal(rows.length, pages.flatMap(({ headings }) => headings).length)
    const hit = rows.find(([, heading]) => heading === 'The guard')
    assert.equal(hit?.[2], 'docs/people-at-a-desk.html#the-guard')
    assert.match(hit?.[3] ?? '', /vault_confirm/)
  })
})
