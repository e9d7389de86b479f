/**
 * Measures whole processes against bare `node -e 0` of the same Node, in alternating pairs, and prints the table of
 * docs/performance.md. `npm run bench -- 40` makes 40 pairs of each. Peak memory needs GNU time. `npm run bench -- 40 runtimes [BUN]`
 * measures other ways to start the same bundle instead.
 */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalAws, startLocalAws } from '../test/local-aws/index.ts'
import { buildDist } from './build.ts'
import { otherRuntimes } from './other-runtimes.ts'

const root = join(import.meta.dirname, '..')
const pairs = Math.max(20, Number(process.argv[2] ?? 30))
const keys = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const gnuTime = '/usr/bin/time'
const [, , , measured, bun] = process.argv
const homes: NodeJS.ProcessEnv[] = []

interface Command {
  readonly name: string
  /** This very Node if absent. */
  readonly program?: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

await buildDist()
const aws = await startLocalAws({ world: { users: [{ name: 'alice', accessKeys: [keys] }] } })
try {
  if (measured === 'runtimes') await measureRuntimes(aws)
  else await measureAll(aws)
} finally {
  await aws.close()
  for (const env of homes) await time({ name: 'lock', args: [join(root, 'bin', 'run.js'), 'lock'], env })
  for (const { HOME = '' } of homes) rmSync(HOME, { recursive: true, force: true })
}

async function measureAll(aws: LocalAws): Promise<void> {
  const small = await home(aws, 2, 0)
  const large = await home(aws, 5000, 500)
  const run = join(root, 'bin', 'run.js')
  const exec = [run, 'exec', 'work', '--', '/bin/true']
  const commands: Command[] = [
    { name: 'cached `exec`', args: exec, env: small },
    { name: 'the same, without the agent', args: exec, env: { ...small, AWS_VAULT_FILE_AGENT: 'false' } },
    { name: 'cached `exec`, no keyring named', args: exec, env: { ...small, AWS_VAULT_BACKEND: undefined } },
    { name: '`list`', args: [run, 'list'], env: small },
    { name: '`--version`', args: [run, '--version'], env: small },
    { name: 'completion of a profile name', args: [run, 'complete', '--', 'exec', 'wo'], env: small },
    { name: 'the same, 5,000 profiles', args: [run, 'complete', '--', 'exec', 'p'], env: large },
    { name: '`export`', args: [run, 'export', 'work'], env: small },
    { name: 'cached `exec`, 5,000 profiles, 500 sessions', args: exec, env: large },
    {
      name: 'uncached `exec` (one call on loopback)',
      args: [run, 'exec', 'work', '--refresh', '--', '/bin/true'],
      env: small,
    },
  ]
  await measure(commands, small)
}

async function measureRuntimes(aws: LocalAws): Promise<void> {
  const env = await home(aws, 2, 0)
  const directory = mkdtempSync(join(tmpdir(), 'aws-vault-runtimes-'))
  const own = { name: 'Node with kept code', program: process.execPath, args: [join(root, 'bin', 'run.js')] }
  const commands = [own, ...otherRuntimes(root, directory, bun)].flatMap(({ name, program, args }) =>
    [['exec', 'work', '--', '/bin/true'], ['list'], ['export', 'work']].map(words => ({
      name: `${name}: \`${words[0]}\``,
      program,
      args: [...args, ...words],
      env,
    })),
  )
  await measure(commands, env)
  rmSync(directory, { recursive: true })
}

async function measure(commands: readonly Command[], env: NodeJS.ProcessEnv): Promise<void> {
  const bare: Command = { name: 'node -e 0', args: ['-e', '0'], env }
  say(`Node ${process.version}, ${process.platform} ${process.arch}, medians of ${pairs} alternating pairs\n`)
  say('| Command | Times bare `node -e 0` | Median (ms) | Bare (ms) | Peak memory (MB) | Bare (MB) |')
  say('|---|---:|---:|---:|---:|---:|')
  for (const command of commands) {
    for (let warmUp = 0; warmUp < 3; warmUp++) await time(command)
    const times: { ours: number; bare: number }[] = []
    for (let pair = 0; pair < pairs; pair++) times.push({ ours: await time(command), bare: await time(bare) })
    const ratio = median(times.map(({ ours, bare }) => ours / bare))
    const milliseconds = [times.map(({ ours }) => ours), times.map(({ bare }) => bare)].map(all =>
      median(all).toFixed(1),
    )
    say(`| ${[command.name, ratio.toFixed(2), ...milliseconds, memory(command), memory(bare)].join(' | ')} |`)
  }
}

/** A home with that many profiles, a stored key, and a live session among that many others. */
async function home({ url }: LocalAws, profiles: number, otherSessions: number): Promise<NodeJS.ProcessEnv> {
  const home = mkdtempSync(join(tmpdir(), 'aws-vault-bench-'))
  mkdirSync(join(home, '.aws'))
  const others = Array.from(
    { length: profiles - 1 },
    (_, index) =>
      `[profile p${index}]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/R${index}\nsource_profile = work\noutput = json\n`,
  )
  writeFileSync(join(home, '.aws', 'config'), `${others.join('\n')}\n[profile work]\nregion = eu-west-1\n`)
  const env = {
    HOME: home,
    PATH: process.env.PATH,
    AWS_VAULT_BACKEND: 'file',
    AWS_VAULT_FILE_PASSPHRASE: 'correct horse battery staple',
    AWS_ENDPOINT_URL_STS: url,
    // Where the agent listens that keeps the vault open.
    XDG_RUNTIME_DIR: home,
  }
  homes.push(env)
  const variables = { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret }
  const run = join(root, 'bin', 'run.js')
  await time({ name: 'add', args: [run, 'add', 'work', '--env'], env: { ...env, ...variables } })
  await time({ name: 'exec', args: [run, 'exec', 'work', '--', '/bin/true'], env })
  const vault = join(home, '.awsvault', 'keys')
  const session = readdirSync(vault).find(name => name.startsWith('sts.')) ?? ''
  for (let index = 0; index < otherSessions; index++) {
    const profile = Buffer.from(`p${index}`).toString('base64url')
    copyFileSync(join(vault, session), join(vault, session.replace(/,[^,]*,/, `,${profile},`)))
  }
  return env
}

/** Milliseconds from start to end of a process. Fails when the process does. */
function time({ name, program = process.execPath, args, env }: Command): Promise<number> {
  const begun = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', code =>
      code === 0 ? resolve(performance.now() - begun) : reject(new Error(`${name} ended with ${code}`)),
    )
  })
}

/** Peak memory in MB, as the kernel counted it. */
function memory({ program = process.execPath, args, env }: Command): string {
  if (!existsSync(gnuTime)) return 'n/a'
  const { stderr } = spawnSync(gnuTime, ['-f', '%M', program, ...args], { env, encoding: 'utf8' })
  return (Number(stderr.trim().split('\n').at(-1)) / 1024).toFixed(0)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
