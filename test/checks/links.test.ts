/** Every link in every Markdown file leads somewhere. Other hosts are named here, and never asked. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, it } from 'node:test'
import { anchorsOf, linksOf } from '../../bin/docs/markdown.ts'

const root = join(import.meta.dirname, '..', '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root })
  .toString()
  .split('\n')
  .filter(file => file !== '' && existsSync(join(root, file)))

/** Hosts that a page may lead to: the makers of what it is about. One that is new is a decision, not an accident. */
const HOSTS = new Set([
  'age-encryption.org',
  'docs.aws.amazon.com',
  'github.com',
  'jedisct1.github.io',
  'specifications.freedesktop.org',
  'www.npmjs.com',
  'www.passwordstore.org',
  'www.rfc-editor.org',
])

const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const anchors = new Map<string, Set<string>>()
function hasAnchor(file: string, anchor: string): boolean {
  const known = anchors.get(file) ?? anchorsOf(read(file))
  anchors.set(file, known)
  return known.has(anchor)
}

/** Why a link leads nowhere. */
function trouble(file: string, target: string): string | undefined {
  if (/^https:/.test(target)) {
    const { hostname } = new URL(target)
    return HOSTS.has(hostname) ? undefined : `${hostname} is not among the hosts of links.test.ts`
  }
  if (/^\w+:/.test(target)) return 'only https links lead to other hosts'
  const [path = '', anchor] = target.split('#')
  const found = path === '' ? file : posix.join(posix.dirname(file), path)
  if (found.startsWith('..') || !existsSync(join(root, found))) return 'there is no such file'
  if (anchor !== undefined && !(found.endsWith('.md') && hasAnchor(found, anchor))) return 'there is no such heading'
  return undefined
}

describe('links', () => {
  it('of all Markdown files lead somewhere', () => {
    const links = files.flatMap(file => linksOf(read(file)).map(link => ({ file, ...link })))
    assert.ok(files.length > 30 && links.length > 50, `${files.length} files, ${links.length} links`)
    const broken = links.flatMap(({ file, target, line }) => {
      const what = trouble(file, target)
      return what === undefined ? [] : [`${file}:${line}: ${target}: ${what}`]
    })
    assert.deepEqual(broken, [])
  })

  it('are found, and looked at', () => {
    const [found] = linksOf('x\n\n| a |\n|---|\n| [y](README.md#no-such) |\n')
    assert.deepEqual(found, { target: 'README.md#no-such', line: 5 })
    assert.equal(trouble('README.md', 'README.md#no-such'), 'there is no such heading')
    assert.equal(trouble('docs/errors.md', 'README.md'), 'there is no such file')
    assert.equal(trouble('docs/errors.md', '../README.md'), undefined)
    assert.match(trouble('README.md', 'https://example.com/') ?? '', /^example\.com is not/)
    assert.deepEqual([...anchorsOf('# A\n\n## `a` b: c & d\n\n## `a` b: c & d\n')], ['a', 'a-b-c--d', 'a-b-c--d-1'])
  })
})
