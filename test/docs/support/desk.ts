/** A person at a terminal who types what a page shows, and answers what is asked. */
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { spawn } from '@lydell/node-pty'
import { makeConsoleBrowser } from '../../support/console-browser.ts'
import { KEYS, PASSPHRASE, RUN, type Sandbox } from '../../support/sandbox.ts'
import { ALICE_MFA, roleArn, type Scene } from '../../support/scene.ts'
import { START_URL, setSsoScene } from '../../support/sso-scene.ts'
import type { DocumentedBlock } from './documented-commands.ts'

/** The profiles that pages speak of. */
const CONFIG = `[profile work]
region = eu-central-1

[profile play]
region = eu-west-1

[profile admin]
source_profile = work
role_arn = ${roleArn('admin')}
mfa_serial = ${ALICE_MFA}
region = eu-central-1

[profile agent]
source_profile = work
role_arn = ${roleArn('reader')}
region = eu-central-1
vault_confirm = session
vault_read_only = true

[profile release]
source_profile = admin
role_arn = ${roleArn('deploy')}

[profile dev]
sso_session = corp
sso_account_id = 111111111111
sso_role_name = Admin

[sso-session corp]
sso_start_url = ${START_URL}
sso_region = eu-west-1
`

/** Programs that pages start under \`exec\`: each insists on credentials, as it would. */
const CLIENTS = ['terraform', 'cdk', 'make', 'prowler', 'npm', 'python', 'code', 'kubectl', 'ansible-playbook']
const OWN_CLIENTS = ['runs-for-days', 'upload', 'knows-ec2-only', 'deploy.sh', 'agent']

const client = `#!/bin/sh
if [ -z "$AWS_ACCESS_KEY_ID$AWS_CONTAINER_CREDENTIALS_FULL_URI$AWS_EC2_METADATA_SERVICE_ENDPOINT" ]; then
  echo "$0: no credentials" >&2
  exit 9
fi
echo "$(basename "$0") $*"
`

/** What the AWS CLI prints in the pages, for whoever has credentials. */
const awsCli = `${client.replace(/^echo .*$/m, '')}
case "$*" in
  's3 ls') echo '2026-03-01 09:12:44 invoices' ;;
  *) echo "aws $*" ;;
esac
`

/** Reads what it is handed by \`--env-file\`, and wants a server's address or credentials in there or around it. */
const docker = `#!/bin/bash
given=$(env)
while [ $# -gt 0 ]; do
  case "$1" in
    --env-file) given+=$(cat "$2"); shift ;;
    --env-file=*) given+=$(cat "\${1#*=}") ;;
    version|info|ps|network|pull|stop|compose) [ "$1" = compose ] || exit 0 ;;
  esac
  shift
done
[[ $given == *AWS_CONTAINER_CREDENTIALS_FULL_URI=* || $given == *AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=* || $given == *AWS_ACCESS_KEY_ID=* ]] || { echo 'docker: no credentials' >&2; exit 9; }
echo 'docker runs'
`

let template: string | undefined

/** A home with keys for `work` and `play`, all the programs of the pages, and an AWS with single sign-on. */
export async function setDesk(): Promise<Scene & { readonly browser: { readonly AWS_VAULT_BROWSER: string } }> {
  const scene = await setSsoScene({}, CONFIG)
  const { sandbox } = scene
  if (template === undefined) {
    for (const profile of ['work', 'play']) await sandbox.add(profile)
    template = `${sandbox.home}.template`
    cpSync(sandbox.vault, template, { recursive: true })
  } else cpSync(template, sandbox.vault, { recursive: true })
  sandbox.script('bin/aws-vault', `#!/bin/sh\nexec ${process.execPath} ${RUN} "$@"\n`)
  for (const name of CLIENTS) sandbox.script(`bin/${name}`, client)
  for (const name of OWN_CLIENTS) sandbox.script(name, client)
  sandbox.script('bin/aws', awsCli)
  sandbox.script('bin/docker', docker)
  sandbox.script('bin/shell', '#!/bin/sh\n[ -n "$AWS_VAULT" ] && echo "a shell of $AWS_VAULT"\n')
  makeConsoleBrowser(sandbox, 'firefox')
  sandbox.write(
    's3-only.json',
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }),
  )
  sandbox.write('accessKeys.csv', `Access key ID,Secret access key\n${KEYS.accessKeyId},${KEYS.secretAccessKey}\n`)
  mkdirSync(sandbox.path('.config/fish/completions'), { recursive: true })
  Object.assign(sandbox.env, scene.browser, {
    PATH: `${sandbox.path('bin')}${delimiter}${process.env.PATH}`,
    SHELL: sandbox.path('bin/shell'),
    TERM: 'xterm',
    TMPDIR: sandbox.home,
  })
  return scene
}

/** How a block went: each command's exit code, and what was on the screen. */
export interface Typed {
  readonly codes: readonly number[]
  readonly screen: string
}

/** Milliseconds for one block. */
const patience = 60_000

/** Types the commands of a block into one shell. @param before typed first, and not judged */
export async function type({ sandbox, aws }: Scene, block: DocumentedBlock, before: string): Promise<Typed> {
  const log = sandbox.write('codes', '')
  const note = block.shell === 'fish' ? `echo $status >> ${log}` : `echo $? >> ${log}`
  const trap = block.shell === 'fish' ? '' : "set -o pipefail\ntrap ':' INT\n"
  const script = sandbox.write(
    'script',
    `${trap}${before}\n${block.commands.map(command => `${command}\n${note}\n`).join('')}`,
  )
  const shell = block.shell === 'fish' ? ['fish', '--no-config', script] : ['bash', '--noprofile', '--norc', script]
  const [program = '', ...args] = shell
  const pty = spawn(program, args, { cwd: sandbox.home, env: sandbox.environment(), cols: 250, rows: 60 })
  // AWS takes each code once, and those of the half minutes around now.
  const offsets = [-30_000, 0, 30_000]
  const nextCode = (): string => aws.mfaCode(ALICE_MFA, Date.now() + (offsets.shift() ?? 0))
  let screen = ''
  let seen = 0
  pty.onData(text => {
    screen += text
    for (const [question, answer] of answers(nextCode)) {
      const match = question.exec(screen.slice(seen))
      if (match === null) continue
      seen += match.index + match[0].length
      pty.write(answer(match))
    }
  })
  const deadline = setTimeout(() => pty.kill('SIGKILL'), patience)
  await new Promise<void>(resolve => pty.onExit(() => resolve()))
  clearTimeout(deadline)
  await tidy(sandbox)
  return { codes: readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number), screen }
}

const answers = (mfaCode: () => string): [RegExp, (match: RegExpExecArray) => string][] => [
  [/Access key ID for profile [^:]+: $/, () => `${KEYS.accessKeyId}\r`],
  [/Secret access key for profile [^:]+: $/, () => `${KEYS.secretAccessKey}\r`],
  [/[Pp]assphrase [^\n]*: $/, () => `${PASSPHRASE}\r`],
  [/\(y\|N\):? $/, () => 'y\r'],
  [/MFA code of [^\n]*: $/, () => `${mfaCode()}\r`],
  [/or open (http:\S+) and confirm/, ([, address = '']) => confirmInBrowser(address)],
  [/serving; Ctrl-C ends it/, () => '\x03'],
]

/** What a person does who has read the code; nothing is typed. */
function confirmInBrowser(address: string): string {
  void fetch(address).then(answer => answer.text())
  return ''
}

/** Ends what goes on behind the terminal: servers, the agent of the file keyring. */
async function tidy(sandbox: Sandbox): Promise<void> {
  const env = { AWS_VAULT: undefined, AWS_VAULT_BACKEND: 'file' }
  await sandbox.run(['server', 'stop', '--all'], { env })
  if (existsSync(sandbox.path('.cache/aws-vault/run'))) await sandbox.run(['lock'], { env })
}
