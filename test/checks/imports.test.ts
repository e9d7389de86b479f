import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '..', '..')

/** Folders of the domain: they know nothing of commands, the container and oclif. */
const domain = [
  'audit',
  'aws-config',
  'completion',
  'console',
  'contributions',
  'credentials',
  'doctor',
  'exec',
  'export',
  'helper',
  'locks',
  'migrate',
  'output',
  'plugin-template',
  'rotation',
  'segment',
  'server',
  'settings',
  'sso-profiles',
  'update',
  'vault',
]

/** Files, and the container's folder, that stand between the commands and the domain: they may know everything. */
const glue = [
  'command.ts',
  'container.ts',
  'help.ts',
  'oclif.ts',
  'part-flags.ts',
  'plugins-command.ts',
  'session-flags.ts',
  'start.ts',
  'start-config.ts',
]

/** Of the domain, but run with the container in hand; each says in its docstring what it does with it. */
const withContainer = [
  'src/audit/record-use.ts',
  'src/credentials/ask-approval.ts',
  'src/console/console-session.ts',
  'src/console/environment-credentials.ts',
  'src/credentials/explain-profile.ts',
  'src/credentials/obtain.ts',
  'src/credentials/prepare.ts',
  'src/credentials/sign-in-login-store.ts',
  'src/credentials/sso-login.ts',
  'src/credentials/sso-token-store.ts',
  'src/credentials/store-keys.ts',
  'src/credentials/who-is.ts',
  'src/doctor/doctor-world.ts',
  'src/doctor/import-plaintext.ts',
  'src/migrate/run-migration.ts',
  'src/helper/run-helper.ts',
  'src/rotation/account-for.ts',
  'src/rotation/forget-rotation.ts',
  'src/rotation/key-ages.ts',
  'src/rotation/ports-of.ts',
  'src/rotation/run-rotation.ts',
  'src/server/detach.ts',
  'src/server/detached-conversation.ts',
  'src/server/profile-source.ts',
  'src/server/reach-exec.ts',
  'src/server/run-server.ts',
  'src/server/running-servers.ts',
  'src/server/serve-profiles.ts',
  'src/server/start-detached.ts',
  'src/server/tell-servers.ts',
  'src/update/open-updater.ts',
]

/** A library that happens to be oclif's. */
const unpacker = '@oclif/plugin-update/tar'

interface Import {
  readonly from: string
  readonly to: string
  readonly isType: boolean
}

function importsOf(pattern: string): Import[] {
  return globSync(pattern, { cwd: root })
    .filter(file => !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
    .flatMap(file => {
      const text = readFileSync(join(root, file), 'utf8')
      const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'/gm)]
      const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, to]) => [undefined, undefined, to] as const)
      return [...statements, ...dynamic].map(([, type, to = '']) => ({
        from: file,
        to: to.startsWith('.') ? relative(root, join(root, dirname(file), to)) : to,
        isType: type !== undefined,
      }))
    })
}

const src = importsOf('src/**/*.ts')
const plugins = importsOf('plugins/*/src/**/*.ts')
const folderOf = (file: string): string => file.split('/')[1] ?? ''
const line = ({ from, to }: Import): string => `${from} -> ${to}`

describe('imports go one way', () => {
  it('there are imports to look at', () => {
    assert.ok(src.length > 200 && plugins.length > 40, `${src.length} ${plugins.length}`)
  })
  it('no folder of the domain imports oclif, commands or the container', () => {
    const wrong = src.filter(
      ({ from, to }) =>
        domain.includes(folderOf(from)) &&
        !withContainer.includes(from) &&
        ((to.startsWith('@oclif/') && to !== unpacker) ||
          to.startsWith('src/commands') ||
          to.startsWith('src/container/') ||
          glue.some(file => to === `src/${file}`)),
    )
    assert.deepEqual(wrong.map(line), [])
  })
  it('every file of src has its place', () => {
    const places = new Set([...domain, ...glue, 'commands', 'container'])
    assert.deepEqual(
      [...new Set(src.map(({ from }) => folderOf(from)))].filter(place => !places.has(place)),
      [],
    )
  })
  it('nothing in src names a part by importing it, but for the generated index', () => {
    const wrong = src.filter(
      ({ from, to }) => /^@aws-vault\/(keyring|provider|exposure|prompt)-/.test(to) && !from.endsWith('.generated.ts'),
    )
    assert.deepEqual(wrong.map(line), [])
    assert.deepEqual(src.filter(({ to }) => to.startsWith('plugins/')).map(line), [])
  })
  it('a plugin imports the SDK, its dependencies and itself', () => {
    const wrong = plugins.filter(({ from, to }) => {
      const folder = from.split('/').slice(0, 2).join('/')
      if (to.startsWith('node:') || to.startsWith(`${folder}/`)) return false
      const {
        name,
        dependencies = {},
        peerDependencies = {},
      } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      return ![name, ...Object.keys({ ...dependencies, ...peerDependencies })].some(
        known => to === known || to.startsWith(`${known}/`),
      )
    })
    assert.deepEqual(wrong.map(line), [])
  })
  it('there are no cycles', () => {
    const edges = Map.groupBy(
      [...src, ...plugins].filter(({ isType }) => !isType),
      ({ from }) => from,
    )
    const done = new Set<string>()
    const visit = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`)
      if (done.has(file)) return
      for (const { to } of edges.get(file) ?? []) visit(to, [...path, file])
      done.add(file)
    }
    for (const file of edges.keys()) visit(file, [])
  })
})
