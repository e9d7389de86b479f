import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Commands } from './command-data.ts'
import { type Candidate, complete, type Values } from './complete.ts'

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'oclif.manifest.json'), 'utf8'))
const commands: Commands = {
  ...manifest.commands,
  plugins: { id: 'plugins', summary: 'List plugins' },
  'plugins:uninstall': {
    id: 'plugins:uninstall',
    aliases: ['plugins:remove'],
    strict: false,
    args: { plugin: { name: 'plugin' } },
  },
  help: { id: 'help', strict: false, args: { command: { name: 'command' } } },
}

const of = (...values: string[]): Candidate[] => values.map(value => ({ value }))
const values: Values = {
  profiles: () => of('work', 'wo rk', '-dash', 'a\u001bb', 'work'),
  ssoSessions: () => of('corp'),
  ssoProfiles: () => of('dev'),
  regions: () => of('eu-west-1'),
  parts: kind => of(`a ${kind}`),
  choices: kind => of(`one of ${kind}`),
  plugins: () => of('@acme/x'),
  servers: () => of('4711'),
  servedProfiles: () => of('served'),
  sessionTypes: () => of('sts.AssumeRole'),
  consolePages: () => of('s3'),
}
const asked = (line: string) => complete(line.split(' '), commands, values)
const offered = (line: string): string[] => {
  const answer = asked(line)
  return answer.kind === 'values' ? answer.candidates.map(({ value }) => value) : assert.fail(answer.kind)
}
const PROFILES = ['work', 'wo rk']

describe('what is offered', () => {
  for (const [line, ...expected] of [
    // Profiles; names with control characters are not, and at a place of flags none that looks like one.
    ['exec ', ...PROFILES],
    ['exec --debug ', ...PROFILES],
    ['exec --region eu-west-1 ', ...PROFILES],
    ['exec -d 1h ', ...PROFILES],
    ['exec -nd 1h ', ...PROFILES],
    ['exec --region=x ', ...PROFILES],
    ['--debug --backend file exec ', ...PROFILES],
    ['rm ', ...PROFILES],
    ['login -- ', 'work', 'wo rk', '-dash'],
    ['server start work ', ...PROFILES],
    ['migrate --profile ', 'work', 'wo rk', '-dash'],
    ['migrate --profile=', '--profile=work', '--profile=wo rk', '--profile=-dash'],
    // Other values.
    ['exec work --backend ', 'a keyrings'],
    ['--backend ', 'a keyrings'],
    ['exec work --expose ', 'a exposures'],
    ['exec work --prompt ', 'a prompts'],
    ['exec work --region ', 'eu-west-1'],
    ['login --path ', 's3'],
    ['clear --type ', 'sts.AssumeRole'],
    ['plugins use ', 'keyring', 'provider', 'exposure', 'prompt'],
    ['plugins use provider ', 'one of providers'],
    ['plugins uninstall ', '@acme/x'],
    ['plugins remove x ', '@acme/x'],
    ['sso login ', 'corp', 'dev'],
    ['sso configure ', 'corp'],
    ['server stop ', 'served', '4711'],
    ['completion ', 'bash', 'zsh', 'fish', 'powershell'],
    ['refresh --format ', 'export-env', 'fish', 'powershell'],
    ['exec work --duration ', '15m', '30m', '1h', '2h', '4h', '8h', '12h'],
    // Nothing is known.
    ['exec work --mfa-token '],
    ['nonsense '],
    ['exec work --nonsense='],
    ['list '],
    ['version x '],
  ] as const) {
    it(`at ${JSON.stringify(line)}`, () => assert.deepEqual(offered(line), expected))
  }

  it('commands and topics, each once, and none that is hidden', () => {
    const words = offered('')
    for (const word of ['exec', 'sso', 'server', 'plugins', 'completion', 'help']) {
      assert.equal(words.filter(each => each === word).length, 1, word)
    }
    for (const word of ['helper', 'complete', 'ls']) assert.ok(!words.includes(word), word)
    assert.deepEqual(offered('server '), ['start', 'status', 'stop'])
    assert.deepEqual(offered('help sso '), ['configure', 'list', 'login'])
    assert.deepEqual(offered('help ').sort(), words.sort())
  })
  it('flags that are not there yet', () => {
    const flags = offered('exec work --region x -n --policy-arn y --read-only --')
    for (const gone of ['--region', '--no-session', '--read-only', '--no-read-only'])
      assert.ok(!flags.includes(gone), gone)
    for (const there of ['--duration', '--policy-arn', '--help', '--backend']) assert.ok(flags.includes(there), there)
    assert.ok(offered('exec --no-').includes('--no-read-only'))
    assert.ok(offered('exec -d').includes('-d'))
    assert.ok(offered('-').includes('--version'))
  })
  it('files', () => {
    for (const line of ['exec work --policy ', 'exec work --policy=', '--file-dir ']) {
      assert.deepEqual(asked(line), { kind: 'files' }, line)
    }
  })
  it('programs, and their own lines', () => {
    for (const [line, first] of [
      ['exec work ', 2],
      ['exec work -- ', 3],
      ['exec work -- git --', 3],
      ['exec work git --', 2],
      ['exec --region x work git ch', 4],
      ['exec work -d 1h git -- -', 4],
      ['login --browser ', 2],
    ] as const) {
      assert.deepEqual(asked(line), { kind: 'program', first }, line)
    }
  })
  it('flags of every command, and what each takes, without a failure', () => {
    for (const [id, { flags = {} }] of Object.entries(commands)) {
      const words = id.replaceAll(':', ' ')
      for (const { name, type } of Object.values(flags)) if (type === 'option') asked(`${words} --${name} `)
      asked(`${words} `)
    }
  })
})
