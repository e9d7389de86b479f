/**
 * Shows the main job before the reader's eyes, in a home directory of its own against an AWS on a loopback port, and
 * leaves nothing behind.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Listr, type ListrTaskWrapper } from 'listr2'
import { type LocalAws, startLocalAws } from '../test/local-aws/index.ts'
import { buildDist } from './build.ts'

const root = join(import.meta.dirname, '..')
const account = '111122223333'
const serial = `arn:aws:iam::${account}:mfa/alice`
const keys = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const config = `[profile work]
region = eu-central-1

[profile admin]
region = eu-central-1
source_profile = work
role_arn = arn:aws:iam::${account}:role/Admin
mfa_serial = ${serial}
`
const whoAmI = ['--', process.execPath, '--no-warnings', join(root, 'test/support/who-am-i.ts')]

type Task = Pick<ListrTaskWrapper<object, never, never>, 'title'>

// Ctrl-C leaves nothing behind either: `finally` below does not run then.
process.once('SIGINT', () => {
  rmSync(home, { recursive: true, force: true })
  rmSync(join(root, `dist.${process.pid}.tmp`), { recursive: true, force: true })
  process.exit(130)
})

const home = mkdtempSync(join(tmpdir(), 'aws-vault-demo-'))
let aws: LocalAws | undefined
try {
  const again = 'aws-vault exec admin -- who-am-i (again, from the cache)'
  const run = (args: string[]) => async (_: object, task: Task) => show(task, await vault(args))
  await new Listr(
    [
      { title: 'Build', task: buildDist },
      { title: 'Start an AWS on a loopback port: a user alice with an MFA device, and a role Admin', task: startAws },
      { title: 'aws-vault add work', task: addKey },
      { title: 'aws-vault exec work -- who-am-i', task: run(['exec', 'work', ...whoAmI]) },
      { title: 'aws-vault exec admin -- who-am-i', task: execWithMfa },
      { title: again, task: run(['exec', 'admin', ...whoAmI]) },
      { title: 'aws-vault list', task: run(['list']) },
    ],
    { fallbackRenderer: 'simple', fallbackRendererCondition: () => !process.stdout.isTTY },
  ).run()
  process.stdout.write('That was all; nothing of it is left.\n')
} finally {
  await aws?.close()
  rmSync(home, { recursive: true, force: true })
}

async function startAws(): Promise<void> {
  const users = [{ account, name: 'alice', accessKeys: [keys], mfaDevices: [{ serial }] }]
  aws = await startLocalAws({ world: { users, roles: [{ account, name: 'Admin' }] } })
  mkdirSync(join(home, '.aws'))
  writeFileSync(join(home, '.aws', 'config'), config)
}

async function addKey(_: object, task: Task): Promise<void> {
  const variables = { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret }
  await show(task, await vault(['add', 'work', '--env'], variables))
}

async function execWithMfa(_: object, task: Task): Promise<void> {
  const code = aws?.mfaCode(serial) ?? ''
  const said = await vault(['exec', 'admin', '--mfa-token', code, ...whoAmI])
  await show(task, `alice's phone shows ${code}\n${said}`)
}

/** Adds what the run printed to the title, with what AWS was asked for it. */
async function show(task: Task, said: string): Promise<void> {
  const calls = aws?.calls.map(call => call.action) ?? []
  aws?.clearCalls()
  const lines = [
    ...said.trim().split('\n'),
    calls.length > 0 ? `AWS was asked for ${calls.join(', ')}` : 'AWS was asked for nothing',
  ]
  task.title = `${task.title}\n${lines.map(line => `    ${line}`).join('\n')}`
}

/** Runs aws-vault as users do, and gives what it printed. */
function vault(args: readonly string[], variables: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'bin', 'run.js'), ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: home,
      AWS_VAULT_BACKEND: 'file',
      AWS_VAULT_FILE_PASSPHRASE: 'correct horse battery staple',
      AWS_VAULT_FILE_AGENT: 'false',
      AWS_ENDPOINT_URL_STS: aws?.url,
      ...variables,
    },
  })
  return new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (said += chunk))
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(said) : reject(new Error(`aws-vault ${args[0]} failed:\n${said}`))))
  })
}
