/** Builds dist/: the bundles that bin/run.js starts. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild'
import { builtInIndex, indexFile } from './generate-index.ts'
import { writeManifest } from './generate-manifest.ts'
import { writeReference } from './generate-reference.ts'
import { licencesText, packagesIn } from './third-party-licences.ts'

const root = join(import.meta.dirname, '..')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Packages that are large and rarely needed: a bundle of their own, read when they are first imported. */
const vendored: Record<string, string> = {
  '@aws-sdk/client-iam': 'client-iam',
  '@aws-sdk/client-sso': 'client-sso',
  '@aws-sdk/client-sso-oidc': 'client-sso-oidc',
  '@aws-sdk/client-sts': 'client-sts',
  '@aws-sdk/nested-clients/signin': 'client-signin',
  '@oclif/plugin-update/tar': 'plugin-update-tar',
  'jose/jwt/sign': 'jose-jwt-sign',
  listr2: 'listr2',
  open: 'open',
}

/** Files of packages that are not among what these export. */
const files: Record<string, string> = {
  '@oclif/plugin-update/tar': join(root, 'node_modules/@oclif/plugin-update/dist/tar.js'),
}

/** A program of its own, which is started as root: nothing but what it needs. */
const metadataProxy = 'plugins/exposure-ec2/src/proxy/metadata-proxy.ts'

/** Behind it, what users installed is imported. */
const importFile = 'src/contributions/import-file.ts'

/**
 * Lets oclif's modules require each other when they are used instead of when they are loaded. Parsing a command line
 * needs a tenth of what oclif requires at its top, and Node's own modules behind it (readline, child_process, tty) cost
 * more than all of ours. Works on what TypeScript writes for `import`: `const x_1 = require("x")`, used as `x_1.y`.
 */
const requireWhenUsed: Plugin = {
  name: 'require-when-used',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
      contents: deferRequires(readFileSync(path, 'utf8')),
      loader: 'js',
    }))
  },
}

function deferRequires(text: string): string {
  const names: string[] = []
  const lazy = text.replace(
    /^const (\w+) = (__importDefault|__importStar)?\(?require\("([^"]+)"\)\)?;$/gm,
    (_, name: string, wrap: string | undefined, module: string) => {
      names.push(name)
      const required = wrap ? `${wrap}(require("${module}"))` : `require("${module}")`
      return `let $${name}; const ${name} = () => $${name} ??= ${required};`
    },
  )
  return names.reduce(
    (code, name) => code.replace(new RegExp(`(?<![\\w$.'"\`])${name}(?=[.\\[])`, 'g'), `(${name}())`),
    lazy,
  )
}

/**
 * oclif's base class guards stdout against a closed pipe as soon as it is loaded. That makes Node set up streams, which
 * `exec` never uses. Our own commands do the same when they first write (src/output/stdout.ts).
 */
const guardStdoutLater: Plugin = {
  name: 'guard-stdout-later',
  setup({ onLoad }) {
    onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const contents = text.replace(/^process\.stdout\.on\('error', [\s\S]*?^}\);$/m, '')
      if (contents === text)
        throw new Error('oclif no longer guards stdout in command.js: look at guardStdoutLater again')
      return { contents: deferRequires(contents), loader: 'js' }
    })
  },
}

/** Reaches Node's own modules by `require` also where they are imported late: an `import()` loads all they could export. */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: 'builtin' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = require('${path}')` }))
  },
}

/** Leaves the import of plugins to a file that Node loads itself: see there. */
const importFileApart: Plugin = {
  name: 'import-file-apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/import-file\.cjs$/ }, ({ path }) => ({ path, external: true }))
    onResolve({ filter: /^\.\/import-file\.ts$/ }, ({ path }) => ({ path, namespace: 'import-file' }))
    onLoad({ filter: /./, namespace: 'import-file' }, () => ({
      contents: `module.exports = require('./import-file.cjs')`,
    }))
  },
}

/** Puts vendored packages behind a `require` of their own bundle. */
const vendor: Plugin = {
  name: 'vendor',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/vendor\// }, ({ path }) => ({ path, external: true }))
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'dynamic-import' && vendored[path] ? { path, namespace: 'vendor' } : undefined,
    )
    onLoad({ filter: /./, namespace: 'vendor' }, ({ path }) => ({
      contents: `module.exports = require('./vendor/${vendored[path]}.cjs')`,
    }))
  },
}

/**
 * Writes bundles as V8 takes them fastest. In ASCII: esbuild leaves other characters in regular expressions, and a single one makes
 * Node decode and V8 keep the whole bundle in two bytes a character. With one shape for what esbuild wraps modules in, `{ "path"() {} }`:
 * hundreds of objects with a key of their own each are slow to make. In front stands what the code is known by: see bin/run.js.
 */
const quickToLoad: Plugin = {
  name: 'quick-to-load',
  setup({ initialOptions, onEnd }) {
    initialOptions.write = false
    onEnd(({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const code = text
          .replace(/\b(__esm|__commonJS)\(\{"[^"]+"\(/g, '$1({module(')
          .replace(/[^\0-\x7F]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, `//${createHash('sha256').update(code).digest('hex').slice(0, 32)}\n${code}`)
      }
    })
  },
}

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node22.15',
  format: 'cjs',
  conditions: ['@aws-vault/source'],
  legalComments: 'none',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: root,
  define: {
    'import.meta.url': 'undefined',
    'import.meta.dirname': '__dirname',
    PACKAGE_JSON: JSON.stringify({ name: packageJson.name, version: packageJson.version, oclif: packageJson.oclif }),
  },
}

/** What completion has to know of the commands that oclif's own plugins bring. */
function coreCommands(): Record<string, unknown> {
  const keep = ['id', 'aliases', 'hidden', 'summary', 'description', 'strict', 'args', 'flags']
  const commands = packageJson.oclif.plugins.flatMap((name: string) => {
    const manifest = join(root, 'node_modules', name, 'oclif.manifest.json')
    return existsSync(manifest) ? Object.entries(JSON.parse(readFileSync(manifest, 'utf8')).commands) : []
  })
  return Object.fromEntries(
    commands.map(([id, command]: [string, object]) => [
      id,
      Object.fromEntries(Object.entries(command).filter(([key]) => keep.includes(key))),
    ]),
  )
}

/** Writes every bundle. */
export async function buildDist(): Promise<void> {
  // Built beside and then put in its place, so that whoever runs us meanwhile finds the old one or the new one.
  const dist = join(root, `dist.${process.pid}.tmp`)
  mkdirSync(dist)
  writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n')
  if (readFileSync(indexFile, 'utf8') !== builtInIndex()) writeFileSync(indexFile, builtInIndex())
  const bundle = (source: string, target: string): Promise<BuildResult> =>
    build({
      ...common,
      entryPoints: [join(root, 'src', source)],
      outfile: join(dist, target),
      plugins: [importFileApart, guardStdoutLater, requireWhenUsed, vendor, requireBuiltins, quickToLoad],
    })
  const vendorBundle = ([name, file]: [string, string]): Promise<BuildResult> =>
    build({
      ...common,
      // What is imported is a module with a default, or names; of a CommonJS one the whole of it is the default.
      stdin: {
        contents:
          name === 'open' ? `module.exports = require('${name}').default` : `export * from '${files[name] ?? name}'`,
        resolveDir: root,
      },
      outfile: join(dist, 'vendor', `${file}.cjs`),
      minify: true,
      plugins: [quickToLoad],
    })
  const results = await Promise.all([
    bundle('start.ts', 'start.cjs'),
    bundle('oclif.ts', 'oclif.cjs'),
    bundle('segment/main.ts', 'segment.cjs'),
    build({
      ...common,
      entryPoints: [join(root, 'src', 'completion/main.ts')],
      outfile: join(dist, 'complete.cjs'),
      plugins: [importFileApart, requireBuiltins],
      define: {
        ...common.define,
        CORE_COMMANDS: JSON.stringify(coreCommands()),
        TOPICS: JSON.stringify(packageJson.oclif.topics),
      },
      // Parts are named there, and none is loaded.
      external: ['keyring', 'provider', 'exposure', 'prompt'].map(kind => `@aws-vault/${kind}-*`),
    }),
    ...Object.entries(vendored).map(vendorBundle),
    build({ ...common, entryPoints: [join(root, importFile)], outfile: join(dist, 'import-file.cjs') }),
    build({ ...common, entryPoints: [join(root, metadataProxy)], outfile: join(dist, 'metadata-proxy.cjs') }),
  ])
  const sources = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}))
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licencesText(root, packagesIn(sources)))
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  renameSync(dist, join(root, 'dist'))
}

/** Compiles plugins/ to what plugin authors import: JavaScript and types. */
function compilePlugins(): void {
  const plugins = globSync('plugins/*/tsconfig.json', { cwd: root })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-b', ...plugins], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (import.meta.main) {
  await buildDist()
  compilePlugins()
  await writeManifest()
  writeReference()
}
