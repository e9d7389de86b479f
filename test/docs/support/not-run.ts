/** Documented commands that are not run as they stand, and why. A row that nothing needs any more is an error. */
export interface NotRun {
  /** The page; rows of pages that are not there count for nothing. */
  readonly file: string
  /** What the command begins with, or all of it. */
  readonly command: string
  readonly why: string
  /** The test that runs the same elsewhere, where there is one. Rows of tests that are not there count for nothing. */
  readonly by?: string
}

const rows = (file: string, why: string, by: string | undefined, commands: readonly string[]): NotRun[] =>
  commands.map(command => ({ file, command, why, ...(by === undefined ? {} : { by }) }))

const desktop = 'needs the daemon of a desktop'
const registry = 'needs an npm registry'
const plugin = 'needs the plugin that the page builds'

export const NOT_RUN: readonly NotRun[] = [
  ...rows('plugins/keyring-kwallet/README.md', desktop, 'test/keyring-daemons.test.ts', ['aws-vault list']),
  ...rows('plugins/keyring-secret-service/README.md', desktop, 'test/keyring-daemons.test.ts', ['aws-vault list']),
  ...rows('plugins/keyring-keytar/README.md', desktop, 'test/keytar.test.ts', ['aws-vault list --backend libsecret']),
  ...rows('plugins/keyring-keytar/README.md', registry, undefined, ['npm_config_build_from_source=keytar npm install']),
  ...rows('plugins/keyring-keyctl/README.md', "needs a kernel's keyring with keys", 'test/keystores/keyctl.test.ts', [
    'aws-vault exec work --backend keyctl',
    'keyctl session',
  ]),
  ...rows('CONTRIBUTING.md', 'is about a clone, and runs all of the tests', undefined, [
    'git clone',
    'npm ',
    './bin/dev.js',
  ]),
  ...rows('docs/explain.md', 'is compared to the last letter elsewhere', 'test/docs/explain.test.ts', [
    'aws-vault exec',
  ]),
  ...rows('docs/recipes/ci.md', 'needs a token of a CI system', 'test/web-identity.test.ts', ['aws-vault exec ci --']),
  ...rows('docs/commands.md', 'asks for the name of a plugin', 'test/commands/plugins/create.test.ts', [
    'aws-vault plugins create',
  ]),
  ...rows('docs/commands.md', 'is for fish', 'test/commands/refresh.test.ts', ['aws-vault refresh | source']),
  ...rows('docs/commands.md', 'needs the plugin of somebody', 'test/commands/plugins/use.test.ts', [
    'aws-vault plugins use keyring file=@acme',
  ]),
  ...rows('docs/commands.md', 'needs a server with releases', 'test/commands/update.test.ts', ['aws-vault update']),
  ...rows('docs/installing.md', 'needs a server with releases', 'test/commands/update.test.ts', ['aws-vault update']),
  ...rows('docs/writing-a-plugin.md', plugin, 'test/docs/writing-a-plugin.test.ts', ['']),
  ...rows('docs/installing.md', registry, 'test/release/npm-global.test.ts', ['npm install --global']),
  ...rows('docs/rotation.md', 'needs the ID of a second key', 'test/commands/rotate.test.ts', [
    'aws-vault rotate work --delete-key',
  ]),
  ...rows('docs/examples/keyring-sqlite/README.md', plugin, 'test/docs/writing-a-plugin.test.ts', ['']),
  ...rows('docs/examples/provider-broker/README.md', plugin, 'test/docs/writing-a-plugin.test.ts', ['']),
]
