/** Which Markdown files are pages of the site, and in which order. */
import { globSync } from 'node:fs'
import { posix } from 'node:path'

/** A heading of the sidebar, and the files below it. */
export interface Section {
  readonly title: string
  readonly files: readonly string[]
}

/** Files by name, or folders by pattern, in the order of the sidebar. What nothing names comes last, so that no page is lost. */
const ORDER: readonly (readonly [title: string, patterns: readonly string[]])[] = [
  ['Start', ['README.md', 'docs/installing.md', 'docs/from-the-go-tool.md', 'docs/completion.md']],
  [
    'Use',
    [
      'docs/explain.md',
      'docs/sso-configure.md',
      'docs/login.md',
      'docs/servers.md',
      'docs/session-policies.md',
      'docs/people-at-a-desk.md',
      'docs/rotation.md',
      'docs/migrate.md',
      'docs/doctor.md',
    ],
  ],
  ['Recipes', ['docs/recipes/README.md', 'docs/recipes/*.md']],
  [
    'Reference',
    [
      'docs/commands.md',
      'docs/settings.md',
      'docs/errors.md',
      'docs/differences.md',
      'docs/security.md',
      'CHANGELOG.md',
    ],
  ],
  ['Keyrings', ['plugins/keyring-*/README.md']],
  ['Credentials', ['plugins/provider-*/README.md']],
  ['Exposures', ['plugins/exposure-*/README.md']],
  ['Prompts', ['plugins/prompt-*/README.md']],
  [
    'Plugins',
    ['docs/writing-a-plugin.md', 'docs/plugin-contract.md', 'docs/examples/*/README.md', 'plugins/sdk/README.md'],
  ],
  [
    'Inside',
    ['docs/architecture.md', 'docs/performance.md', 'CONTRIBUTING.md', 'docs/releasing.md', 'docs/decisions/*.md'],
  ],
]

const EVERY_PAGE = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/**/*.md', 'plugins/*/README.md']

/** All pages of a repository, by section. */
export function findSections(root: string): readonly Section[] {
  const find = (patterns: readonly string[]): string[] =>
    globSync([...patterns], { cwd: root, exclude: name => name === 'node_modules' || name === 'dist' })
      .map(file => file.replaceAll('\\', '/'))
      .sort()
  const left = new Set(find(EVERY_PAGE))
  const sections = ORDER.map(([title, patterns]) => ({
    title,
    files: patterns.flatMap(pattern => find([pattern])).filter(file => left.delete(file)),
  }))
  return [...sections, { title: 'More', files: [...left] }].filter(({ files }) => files.length > 0)
}

/** Where a page lies on the site: beside its neighbours, as in the repository. */
export function addressOf(file: string): string {
  return posix
    .join(posix.dirname(file), posix.basename(file).replace(/^README\.md$/, 'index.md'))
    .replace(/\.md$/, '.html')
}
