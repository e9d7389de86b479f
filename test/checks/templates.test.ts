import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))

it('new plugins and the samples are built with the versions that we are built with', () => {
  const { devDependencies } = read('package.json')
  const samples = readdirSync(join(root, 'docs', 'examples')).map(name => `docs/examples/${name}/package.json`)
  for (const file of ['templates/plugin/common/package.json', ...samples]) {
    const plugin = read(file)
    for (const name of ['typescript', '@types/node']) {
      assert.equal(plugin.devDependencies[name], `^${devDependencies[name]}`, `${name} in ${file}`)
    }
    assert.equal(plugin.dependencies['@aws-vault/plugin-sdk'], `^${read('plugins/sdk/package.json').version}`, file)
    assert.equal(plugin.engines.node, read('package.json').engines.node, file)
  }
})

it('what plugins create needs is in the package', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pack-'))
  try {
    const npm = join(root, 'node_modules', 'npm', 'bin', 'npm-cli.js')
    const env = { PATH: process.env.PATH, HOME: directory, npm_config_cache: directory }
    const args = [npm, 'pack', '--dry-run', '--json', '--ignore-scripts']
    const said = JSON.parse(execFileSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' }))
    const { files } = (Array.isArray(said) ? said : Object.values(said))[0] as { files: { path: string }[] }
    const packed = files.map(({ path }) => path).filter(path => path.startsWith('templates/'))
    const there = readdirSync(join(root, 'templates'), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1))
    assert.deepEqual(packed.sort(), there.sort())
  } finally {
    rmSync(directory, { recursive: true })
  }
})
