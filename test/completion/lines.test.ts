/** Whole lines in real shells: quotes that are open, flags, files, and programs that complete themselves. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import { missing } from '../support/needs.ts'
import { Sandbox } from '../support/sandbox.ts'
import { ShellSession, type TestedShell } from '../support/shell-session.ts'

/** Programs with completions of their own. */
const GREET: Readonly<Record<TestedShell, string>> = {
  bash: `
_greet() { COMPREPLY=(); local word; for word in hello good:bye; do [[ $word == "\${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$word"); done; }
complete -F _greet greet
complete -W 'wave bow' sign
complete -C ahoyer hail
complete -o filenames -F _nothing_yet later
complete -D -o bashdefault -o default -F _load; _load() { [[ $1 == later2 ]] || return 1; complete -F _greet later2; return 124; }
`,
  zsh: `
_greet() { compadd hello good:bye }
compdef _greet greet
`,
  fish: `complete -c greet -f -a 'hello good:bye'\n`,
}

const CONFIG = '[profile work]\nregion = eu-west-1\n[profile big co:mpany $x]\n[profile big dipper]\n'

/** Lines with Tabs in them, and what is started by them in every shell. */
const LINES: readonly (readonly [line: string, ...args: string[]])[] = [
  ['aws-vault exec "wo\t', 'exec', 'work'],
  ["aws-vault exec 'big c\t", 'exec', 'big co:mpany $x'],
  ['aws-vault exec "big c\t', 'exec', 'big co:mpany $x'],
  ['aws-vault exec big\\ d\t', 'exec', 'big dipper'],
  ['aws-vault ex\x1b[D\x1b[Dexport\x0b wo\t', 'export', 'work'],
  ['aws-vault rot\two\t', 'rotate', 'work'],
  ['aws-vault plugins par\t', 'plugins', 'parts'],
  ['aws-vault sso conf\t', 'sso', 'configure'],
  ['aws-vault exec work --no-sess\t', 'exec', 'work', '--no-session'],
  ['aws-vault exec work --region ap-southeast-7\t', 'exec', 'work', '--region', 'ap-southeast-7'],
  ['aws-vault exec work --region=ca-w\t', 'exec', 'work', '--region=ca-west-1'],
  [
    'aws-vault exec work --policy-arn arn:aws:iam::aws:policy/Pow\t',
    'exec',
    'work',
    '--policy-arn',
    'arn:aws:iam::aws:policy/PowerUserAccess',
  ],
  ['aws-vault export work --format pow\t', 'export', 'work', '--format', 'powershell'],
  ['aws-vault migrate --from fi\t--profile "big d\t', 'migrate', '--from', 'file', '--profile', 'big dipper'],
  ['aws-vault --backend age exec wo\t', '--backend', 'age', 'exec', 'work'],
  ['aws-vault exec work --policy po\t', 'exec', 'work', '--policy', 'policy of ours.json'],
  ['aws-vault exec work --policy=po\t', 'exec', 'work', '--policy=policy of ours.json'],
  ['aws-vault exec work -- greet hel\t', 'exec', 'work', '--', 'greet', 'hello'],
  ['aws-vault exec work greet hel\t', 'exec', 'work', 'greet', 'hello'],
  [
    'aws-vault exec "big co:mpany \\$x" --region=eu-west-1 -- greet x good\t',
    'exec',
    'big co:mpany $x',
    '--region=eu-west-1',
    '--',
    'greet',
    'x',
    'good:bye',
  ],
  ['aws-vault exec work -- gree\thel\t', 'exec', 'work', '--', 'greet', 'hello'],
  ['aws-vault exec work gree\thel\t', 'exec', 'work', 'greet', 'hello'],
  ['AWS_REGION=x aws-vault exec wo\t', 'exec', 'work'],
  ['true && aws-vault exec wo\t', 'exec', 'work'],
]

const BASH_LINES: typeof LINES = [
  ['aws-vault exec work -- sign wa\t', 'exec', 'work', '--', 'sign', 'wave'],
  ['aws-vault exec work -- hail a\t', 'exec', 'work', '--', 'hail', 'ahoy'],
  ['aws-vault exec work -- later2 hel\t', 'exec', 'work', '--', 'later2', 'hello'],
  ['aws-vault exec work -- cat po\t', 'exec', 'work', '--', 'cat', 'policy of ours.json'],
]

function home(): Sandbox {
  const box = new Sandbox()
  box.config(CONFIG)
  box.write('policy of ours.json', '{}')
  box.script('bin/greet', '#!/bin/sh\n')
  box.script(
    'bin/ahoyer',
    '#!/bin/sh\n[ "$COMP_LINE" = "hail a" ] && [ "$COMP_POINT" = 6 ] && [ "$2" = a ] && echo ahoy\n',
  )
  return box
}

function test(shell: TestedShell, lines: typeof LINES, more: string): void {
  for (const [line, ...args] of lines) {
    it(`${JSON.stringify(line)} is ${args.join(' ')}`, async () => {
      using box = home()
      using session = new ShellSession(box, shell, more)
      assert.deepEqual(await session.argumentsAfter(line), args)
    })
  }
}

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  describe(`${shell}`, { skip: missing(`/usr/bin/${shell}`) }, () => test(shell, LINES, GREET[shell]))
}

describe('bash alone', () => test('bash', BASH_LINES, GREET.bash))

describe('bash that knows how to complete nothing else', () =>
  test('bash', [['aws-vault exec work -- cat po\t', 'exec', 'work', '--', 'cat', 'policy of ours.json']], ''))

describe('zsh with arrays as ksh has them', { skip: missing('/usr/bin/zsh') }, () =>
  test('zsh', [['aws-vault exec "wo\t', 'exec', 'work']], 'setopt ksharrays\n'),
)

const PACKAGE = '/usr/share/bash-completion/bash_completion'
describe('bash, with the package bash-completion', { skip: existsSync(PACKAGE) ? false : missing(PACKAGE) }, () =>
  test('bash', [...LINES, ...BASH_LINES.slice(0, 2)], `. ${PACKAGE}\n${GREET.bash.replace(/^complete -D.*$/m, '')}`),
)
