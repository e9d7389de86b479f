/** The HTML around a page: head, sidebar, list of headings, neighbours. Pure. */
import { posix } from 'node:path'
import type { Page } from './markdown.ts'

export interface SiteSection {
  readonly title: string
  readonly pages: readonly Page[]
}

/** The whole HTML document of a page. */
export function layout(page: Page, sections: readonly SiteSection[], version: string): string {
  const link = (address: string): string => posix.relative(posix.dirname(page.address), address)
  const pages = sections.flatMap(section => section.pages)
  const at = pages.indexOf(page)
  const title = page.address === 'index.html' ? 'AWS Vault' : `${page.title} · AWS Vault`
  const root = link('index.html').replace(/index\.html$/, '')
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${root}assets/style.css">
<script defer src="${root}assets/search.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<a class="brand" href="${root}index.html">AWS Vault</a> <span class="version">${escapeHtml(version)}</span>
<div class="search" role="search">
<input type="search" placeholder="Search ( / )" aria-label="Search" autocomplete="off" spellcheck="false">
<ol hidden></ol>
</div>
<button type="button" class="menu" aria-expanded="false" aria-controls="pages">Pages</button>
</header>
<div class="frame">
<nav id="pages" class="pages" aria-label="Pages">
${sections.map(section => sidebarSection(section, page, link)).join('\n')}
</nav>
<main id="content">
${withAnchorLinks(page.html)}
<nav class="neighbours" aria-label="Neighbours">
${neighbour('prev', pages[at - 1], link)}${neighbour('next', pages[at + 1], link)}
</nav>
</main>
${contents(page)}
</div>
</body>
</html>
`
}

function sidebarSection({ title, pages }: SiteSection, current: Page, link: (address: string) => string): string {
  const items = pages.map(page => {
    const mark = page === current ? ' aria-current="page"' : ''
    return `<li><a href="${link(page.address)}"${mark}>${escapeHtml(shortTitle(page))}</a></li>`
  })
  return `<p>${escapeHtml(title)}</p>\n<ul>\n${items.join('\n')}\n</ul>`
}

/** A plugin's page bears its package's name, which is long for a sidebar. */
const shortTitle = ({ address, title }: Page): string =>
  address === 'index.html' ? 'Overview' : title.replace(/^(?:@aws-vault\/)?(?:keyring|provider|exposure|prompt)-/, '')

function contents({ headings }: Page): string {
  const items = headings
    .filter(({ level }) => level === 2 || level === 3)
    .map(({ level, anchor, text }) => `<li class="level-${level}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`)
  return items.length < 2
    ? ''
    : `<nav class="contents" aria-label="On this page">\n<ol>\n${items.join('\n')}\n</ol>\n</nav>`
}

const neighbour = (rel: 'prev' | 'next', page: Page | undefined, link: (address: string) => string): string =>
  page === undefined ? '' : `<a rel="${rel}" href="${link(page.address)}">${escapeHtml(shortTitle(page))}</a>\n`

const withAnchorLinks = (html: string): string =>
  html.replace(
    /<h([23]) id="([^"]+)">(.*?)<\/h\1>/g,
    '<h$1 id="$2">$3 <a class="anchor" href="#$2" aria-label="Link to this heading">#</a></h$1>',
  )

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
