/** Markdown to HTML, and what a page consists of. Pure but for the list of pages that it is handed. */
import { posix } from 'node:path'
import MarkdownIt, { type Token } from 'markdown-it'
import { addressOf } from './pages.ts'
import { Slugs } from './slug.ts'

type Tokens = Token[]

export interface Heading {
  readonly level: number
  readonly text: string
  readonly anchor: string
}

/** A part of a page below one heading, for the search. */
export interface Passage extends Heading {
  readonly content: string
}

export interface Page {
  /** In the repository. */
  readonly file: string
  /** On the site. */
  readonly address: string
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  readonly passages: readonly Passage[]
}

/** A link or an image, as it stands in a file. */
export interface Link {
  readonly target: string
  /** Counted from 1: of the paragraph or the row that it stands in. */
  readonly line: number
}

const markdown = new MarkdownIt({ html: false, linkify: false })

/**
 * Renders a page.
 * @param files every page of the site: links to them lead to their place there, links to other files of the repository
 * are text, since the site has nothing that it could show
 * @param images gets the repository's path of each image that the page shows
 */
export function renderPage(file: string, text: string, files: ReadonlySet<string>, images: Set<string>): Page {
  const tokens = markdown.parse(text, {})
  const headings = anchorHeadings(tokens)
  for (const token of tokens) if (token.children) token.children = rewriteLinks(token.children, file, files, images)
  const html = wrapTables(markdown.renderer.render(tokens, markdown.options, {}))
  return {
    file,
    address: addressOf(file),
    title: headings[0]?.text ?? file,
    html,
    headings,
    passages: passagesOf(tokens, headings),
  }
}

/** The anchors of a file's headings. */
export function anchorsOf(text: string): Set<string> {
  return new Set(anchorHeadings(markdown.parse(text, {})).map(({ anchor }) => anchor))
}

/** All links and images of a file. */
export function linksOf(text: string): Link[] {
  // Cells of tables have no place of their own: that of their row counts.
  let line = 1
  return markdown.parse(text, {}).flatMap(({ children, map }) => {
    if (map) line = map[0] + 1
    return (children ?? []).flatMap(token => {
      const target = token.attrGet('href') ?? token.attrGet('src')
      return target === null ? [] : [{ target: decodeURI(String(target)), line }]
    })
  })
}

function anchorHeadings(tokens: Tokens): Heading[] {
  const slugs = new Slugs()
  return tokens.flatMap((token, index) => {
    if (token.type !== 'heading_open') return []
    const text = plain(tokens[index + 1]?.children ?? [])
    const anchor = slugs.next(text)
    token.attrSet('id', anchor)
    return [{ level: Number(token.tag.slice(1)), text, anchor }]
  })
}

const plain = (tokens: Tokens): string =>
  tokens
    .map(({ type, content }) => (/^(?:text|code_inline)$/.test(type) ? content : type === 'softbreak' ? ' ' : ''))
    .join('')

function rewriteLinks(tokens: Tokens, file: string, files: ReadonlySet<string>, images: Set<string>): Tokens {
  let dropped = 0
  return tokens.filter(token => {
    if (token.type === 'image') {
      images.add(posix.join(posix.dirname(file), String(token.attrGet('src') ?? '')))
    } else if (token.type === 'link_open') {
      const target = siteLink(String(token.attrGet('href') ?? ''), file, files)
      if (target === undefined) dropped++
      else token.attrSet('href', target)
      return target !== undefined
    } else if (token.type === 'link_close' && dropped > 0) {
      dropped--
      return false
    }
    return true
  })
}

function siteLink(target: string, file: string, files: ReadonlySet<string>): string | undefined {
  if (/^(?:https?:|#)/.test(target)) return target
  const [path = '', anchor] = target.split('#')
  const found = posix.join(posix.dirname(file), path).replace(/\/$/, '')
  const page = [found, `${found}/README.md`].find(candidate => files.has(candidate))
  if (page === undefined) return undefined
  const relative = posix.relative(posix.dirname(addressOf(file)), addressOf(page))
  return anchor === undefined ? relative : `${relative}#${anchor}`
}

/** Wide tables scroll by themselves; the page does not. */
const wrapTables = (html: string): string =>
  html.replaceAll('<table>', '<div class="table"><table>').replaceAll('</table>', '</table></div>')

function passagesOf(tokens: Tokens, headings: readonly Heading[]): Passage[] {
  const contents: string[] = []
  let at = -1
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') at++
    else if (tokens[index - 1]?.type === 'heading_open') continue
    else if (token.type === 'inline') contents[at] = `${contents[at] ?? ''} ${plain(token.children ?? [])}`
    else if (/^(?:fence|code_block)$/.test(token.type)) contents[at] = `${contents[at] ?? ''} ${token.content}`
  }
  return headings.map((heading, index) => ({
    ...heading,
    content: (contents[index] ?? '').replace(/\s+/g, ' ').trim(),
  }))
}
