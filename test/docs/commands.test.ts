/** Every command line of ours that the documentation shows does what it is shown for. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { allCommands } from '../../bin/generate-reference.ts'
import { setDesk, type } from './support/desk.ts'
import { type DocumentedBlock, documentedBlocks, mentionedCommands } from './support/documented-commands.ts'
import { NOT_RUN } from './support/not-run.ts'
import { prepare } from './support/preparations.ts'

const root = join(import.meta.dirname, '..', '..')
const files = globSync(['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'plugins/*/README.md'], {
  cwd: root,
  exclude: name => name === 'node_modules',
}).sort()
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const blocks = files.flatMap(file => documentedBlocks(file, read(file)))
const rows = NOT_RUN.filter(({ by }) => by === undefined || existsSync(join(root, by)))
const excuse = (file: string, command: string) =>
  rows.find(row => row.file === file && command.trim().startsWith(row.command))

describe('documented commands', { concurrency: 2 }, () => {
  for (const block of blocks) {
    const commands = block.commands.filter(command => !excuse(block.file, command))
    if (commands.length === 0) continue
    it(`${block.file}:${block.line} ${commands[0]}`, () => runs({ ...block, commands }))
  }

  it('are found', () => {
    const count = blocks.flatMap(({ commands }) => commands).length
    assert.ok(files.length > 40 && count > 90, `${files.length} files, ${count} commands`)
  })

  it('that are not run have a reason, and each reason is needed', () => {
    const used = new Set(blocks.flatMap(({ file, commands }) => commands.map(command => excuse(file, command))))
    const unused = rows.filter(row => files.includes(row.file) && !used.has(row))
    assert.deepEqual(unused, [])
  })

  it('that stand in running text name commands and flags that there are', () => {
    const commands = new Map(
      allCommands().flatMap(command =>
        [command.id, ...command.aliases].map(id => [id.replaceAll(':', ' '), command] as const),
      ),
    )
    const wrong = files.flatMap(file =>
      mentionedCommands(read(file)).flatMap(text => {
        const [, first = '', second = ''] = text.replace(/ -- .*$/, '').split(' ')
        if (/^(?:[A-Z<-]|\.\.\.)/.test(first)) return []
        const command = commands.get(`${first} ${second}`) ?? commands.get(first)
        const isTopic = [...commands.keys()].some(id => id.startsWith(`${first} `))
        if (command === undefined) return isTopic && second === '' ? [] : [`${file}: ${text}`]
        const flags = [...text.replace(/ -- .*$/, '').matchAll(/ --(?:no-)?([a-z][a-z0-9-]*)/g)].map(
          ([, flag = '']) => flag,
        )
        const known = new Set(['help', 'json', 'server', ...Object.keys(command.flags)])
        return flags.some(flag => !known.has(flag)) ? [`${file}: ${text}`] : []
      }),
    )
    assert.deepEqual(wrong, [])
  })
})

async function runs(block: DocumentedBlock): Promise<void> {
  await using scene = await setDesk()
  using prepared = prepare(scene, block)
  const { codes, screen } = await type(scene, { ...block, commands: prepared.commands }, prepared.before)
  assert.deepEqual(codes, prepared.codes, `${block.commands.join('\n')}\n${screen}`)
  const shown = plain(screen, scene.sandbox.home)
  for (const line of block.output) {
    if (line.trim() === '...') continue
    assert.ok(shown.includes(plain(line, '/home/alice')), `${block.file} shows what is not printed: ${line}\n${shown}`)
  }
}

/** A screen without what differs from run to run: digits, colours, the home. */
const plain = (text: string, home: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are taken out
    .replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]/g, '')
    .replaceAll(home, '~')
    .replaceAll(/ +#.*$/gm, '')
    .replaceAll(/\b(?=\w*\d)[0-9a-f]{12}\b/g, 'FINGERPRINT')
    .replaceAll(/\d+/g, '0')
    .trim()
