import assert from 'node:assert/strict'
import { once } from 'node:events'
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, watch } from 'node:fs'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { withFileLock } from '../../../src/locks/file-lock.ts'
import { sectionOf } from '../../../src/sso-profiles/generated-profile.ts'
import { SSO_CONFIG, setSsoScene } from '../../support/sso-scene.ts'
import { Terminal } from '../../support/terminal.ts'

const session = 'corp'
const generated = (name: string, accountId: string, roleName: string, region?: string): string =>
  `${sectionOf({ name, session, accountId, roleName, ...(region === undefined ? {} : { region }) }).join('\n')}\n`

/** What is written for all that alice may use. */
const all = [
  generated('Archive/Reader', '333333333333', 'Reader'),
  generated('Development/Admin', '111111111111', 'Admin'),
  generated('Development/Ops', '111111111111', 'Ops'),
  generated('Development/Reader', '111111111111', 'Reader'),
  generated('Production/Reader', '222222222222', 'Reader'),
].join('\n')

const configure = ['sso', 'configure']

/** A home in which somebody has logged in already. */
async function setConfigureScene(config = SSO_CONFIG) {
  const scene = await setSsoScene({}, config)
  await scene.sandbox.ok(['sso', 'login', 'corp'], { env: scene.browser })
  return { ...scene, config: () => scene.sandbox.read('.aws/config') }
}

describe('sso configure', () => {
  it('writes profiles that work, shows them first, and finds nothing to do then', async () => {
    await using scene = await setConfigureScene()
    const { stdout } = await scene.sandbox.ok([...configure, '--yes'])
    assert.equal(scene.config(), `${SSO_CONFIG}\n${all}`)
    assert.equal(stdout, `${all.replaceAll(/^(?=.)/gm, '+ ')}\nWrote ${scene.sandbox.path('.aws/config')}.\n`)
    const id = await scene.sandbox.accessKeyIdUnder(['Development/Ops'])
    assert.equal(id, scene.aws.calls.at(-1)?.issued)
    assert.deepEqual(scene.aws.calls.at(-1)?.parameters, { account_id: '111111111111', role_name: 'Ops' })
    assert.match((await scene.sandbox.ok([...configure, 'corp'])).stdout, /^Nothing to change in \S+\/config\.\n$/)
    assert.equal(scene.config(), `${SSO_CONFIG}\n${all}`)
  })

  it('takes a template, a region and filters; others of ours are not pruned for a filter', async () => {
    await using scene = await setConfigureScene()
    const args = [...configure, 'dev', '--template', '{session}:{role_name}@{account_id}', '--yes', '--prune']
    await scene.sandbox.ok([...args, '--account', 'Production', '--region', 'eu-west-3'])
    const first = generated('corp:Reader@222222222222', '222222222222', 'Reader', 'eu-west-3')
    assert.equal(scene.config(), `${SSO_CONFIG}\n${first}`)
    await scene.sandbox.ok([...args, '--account', '111111111111', '--role', 'Admin'])
    const second = generated('corp:Admin@111111111111', '111111111111', 'Admin')
    assert.equal(scene.config(), `${SSO_CONFIG}\n${first}\n${second}`)
  })

  it('with --prune removes what is no longer there, and leaves what somebody edited', async () => {
    const gone = generated('Gone/Admin', '444444444444', 'Admin')
    const edited = generated('Edited/Admin', '444444444444', 'Admin').replace('4444\n', '4445\n')
    await using scene = await setConfigureScene(`${SSO_CONFIG}\n${gone}\n${edited}\n${all}`)
    const said = await scene.sandbox.ok(configure)
    assert.match(
      said.stdout,
      /No longer needed, and removed by --prune: Gone\/Admin, Edited\/Admin\.\nNothing to change/,
    )
    const { stdout } = await scene.sandbox.ok([...configure, '--prune', '-y'])
    assert.match(stdout, /^- \[profile Gone\/Admin\]\n/)
    assert.match(stdout, /\nProfile "Edited\/Admin" stays as it is: it was edited since sso configure wrote it\.\n/)
    assert.equal(scene.config(), `${SSO_CONFIG}\n${edited}\n${all}`)
  })

  it('never overwrites a profile that it did not write', async () => {
    const mine = '[profile Development/Admin]\r\nregion = eu-west-2\r\n'
    await using scene = await setConfigureScene(`${SSO_CONFIG}\n${mine}`)
    const { stdout } = await scene.sandbox.ok([...configure, '--yes', '--role', 'Admin'])
    assert.match(
      stdout,
      /^Profile "Development\/Admin" stays as it is: sso configure did not write it\.\nNothing to change/,
    )
    assert.equal(scene.config(), `${SSO_CONFIG}\n${mine}`)
  })

  it('refuses names that come twice, and names them', async () => {
    await using scene = await setConfigureScene()
    const { stderr } = await scene.sandbox.fails([...configure, '--template', '{role_name}', '--yes'])
    assert.match(stderr, /3 profiles would be called "Reader": Reader in 333333333333 \(Archive\), Reader in 1/)
    assert.match(
      (await scene.sandbox.fails([...configure, '--template', '{role}'], 2)).stderr,
      /no placeholder \{role\}/,
    )
    assert.equal(scene.config(), SSO_CONFIG)
  })

  it('of a portal that a profile describes itself says what to add', async () => {
    await using scene = await setConfigureScene()
    const { stderr } = await scene.sandbox.fails([...configure, 'prod'])
    assert.match(stderr, /profile "prod" names no sso-session \(\S+config:\d+ \[profile prod\]\)\n/)
    assert.match(
      stderr,
      /hint: add \[sso-session NAME\] with sso_start_url = https:\S+ and sso_region = eu-west-1, and/,
    )
  })

  it('--dry-run writes nothing; nobody to ask is refused, with the way out', async () => {
    await using scene = await setConfigureScene()
    const { stdout } = await scene.sandbox.ok([...configure, '--dry-run'])
    assert.match(stdout, /^\+ \[profile Archive\/Reader\]\n[\s\S]*\nWould add 5 profiles in \S+\n$/)
    const { stderr } = await scene.sandbox.fails(configure)
    assert.match(stderr, /there is no terminal to ask on\n {2}hint: answer by --yes, or only look by --dry-run\n/)
    await scene.sandbox.fails([...configure, '--yes', '--dry-run'], 2)
    assert.equal(scene.config(), SSO_CONFIG)
  })

  it('gives JSON, which needs --yes or --dry-run', async () => {
    await using scene = await setConfigureScene()
    const json = async (...args: string[]) =>
      JSON.parse((await scene.sandbox.ok([...configure, '--json', ...args])).stdout)
    const { written, changes } = await json('--dry-run', '--role', 'Ops')
    assert.deepEqual([written, changes], [false, [{ kind: 'add', profile: 'Development/Ops' }]])
    assert.equal((await json('--yes', '--role', 'Ops')).written, true)
    assert.equal((await scene.sandbox.run([...configure, '--json'])).code, 2)
  })

  it('keeps CRLF, a missing line end, a link, and the mode of the file', async () => {
    await using scene = await setConfigureScene()
    const before = `# \xff\r\n${SSO_CONFIG.replaceAll('\n', '\r\n')}`.trimEnd()
    const file = scene.sandbox.write('dotfiles/aws-config', Buffer.from(before, 'latin1'))
    symlinkSync('../dotfiles/aws-config', scene.sandbox.path('.aws/link'))
    const env = { AWS_CONFIG_FILE: scene.sandbox.path('.aws/link') }
    const { mode } = statSync(file)
    await scene.sandbox.ok([...configure, '--yes'], { env })
    const after = readFileSync(file, 'latin1')
    assert.equal(after, `${before}\r\n\r\n${all.replaceAll('\n', '\r\n')}`)
    assert.ok(lstatSync(env.AWS_CONFIG_FILE).isSymbolicLink())
    assert.equal(statSync(file).mode, mode)
    assert.deepEqual(readdirSync(scene.sandbox.path('dotfiles')), ['aws-config'])
  })
})

describe('in a terminal', { skip: process.platform === 'win32' && 'there are no pseudo-terminals' }, () => {
  it('the difference is in colour, and a no is a no', async () => {
    await using scene = await setConfigureScene()
    using terminal = new Terminal(scene.sandbox, configure, { env: { TERM: 'xterm' } })
    await terminal.answer(/About to add 5 profiles in \S+\. Go on\? \(y\|N\): /, 'n\r')
    const { code, screen } = await terminal.ended
    assert.deepEqual([code, scene.config()], [0, SSO_CONFIG])
    assert.ok(screen.includes('\u001b[32m+ [profile Archive/Reader]\u001b[39m'), screen)
    assert.match(screen, /Nothing was written\./)
  })
  it('without colour where nobody wants it; a yes is a yes', async () => {
    await using scene = await setConfigureScene()
    using terminal = new Terminal(scene.sandbox, configure, { env: { TERM: 'xterm', NO_COLOR: '1' } })
    await terminal.answer(/Go on\? \(y\|N\): /, 'y\r')
    const { code, screen } = await terminal.ended
    assert.deepEqual([code, scene.config()], [0, `${SSO_CONFIG}\n${all}`])
    assert.ok(!screen.includes('\u001b[32m'))
  })
  it('what was changed in the meantime is not overwritten by what was agreed to before', async () => {
    await using scene = await setConfigureScene()
    using terminal = new Terminal(scene.sandbox, configure)
    await terminal.sees(/Go on\?/)
    const edited = `${SSO_CONFIG}\n[profile Archive/Reader]\nregion = eu-west-1\n`
    scene.sandbox.config(edited)
    await terminal.answer(/ \(y\|N\): /, 'y\r')
    const { code, screen } = await terminal.ended
    assert.match(screen, /config was changed while you were asked, and nothing was written/)
    assert.deepEqual([code, scene.config()], [1, edited])
  })
})

describe('at the same time, and at any moment', () => {
  it('ten at once, with an add: every profile is there once', async () => {
    await using scene = await setConfigureScene()
    const runs = Array.from({ length: 10 }, () => scene.sandbox.run([...configure, '--yes']))
    const others = [scene.sandbox.add('one'), scene.sandbox.add('two')]
    for (const { code, stderr } of await Promise.all(runs)) assert.equal(code, 0, stderr)
    await Promise.all(others)
    const headers = scene.config().match(/^\[.*\]$/gm) ?? []
    assert.equal(new Set(headers).size, headers.length)
    assert.equal(headers.length, 3 + 5 + 2)
    assert.ok(scene.config().startsWith(SSO_CONFIG))
  })

  it('waits for another aws-vault that writes the file, and goes by what that wrote', async () => {
    await using scene = await setConfigureScene()
    const theirs = `${SSO_CONFIG}\n[profile Archive/Reader]\nregion = eu-west-1\n`
    const locks = scene.sandbox.path('.cache/aws-vault/locks')
    const run = await withFileLock(locks, 'aws-config', async () => {
      const waiting = scene.sandbox.start([...configure, '--yes', '--account', 'Archive', '--account', 'Production'])
      await waiting.sees(/waiting for another aws-vault that writes \S+config\n/)
      scene.sandbox.config(theirs)
      return waiting
    })
    assert.equal((await run.ended).code, 0)
    assert.equal(scene.config(), `${theirs}\n${generated('Production/Reader', '222222222222', 'Reader')}`)
  })

  it('killed at any moment: the file is the old one or the new one', async () => {
    await using scene = await setConfigureScene()
    const after = `${SSO_CONFIG}\n${all}`
    const begun = performance.now()
    await scene.sandbox.ok([...configure, '--yes'])
    const whole = performance.now() - begun
    for (let round = 0; round < 16; round++) {
      scene.sandbox.config(SSO_CONFIG)
      const ended = new AbortController()
      const watcher = watch(scene.sandbox.path('.aws'), { signal: ended.signal })
      const run = scene.sandbox.start([...configure, '--yes'])
      // Half of them as soon as anything is written there, the others after a time.
      const moment = round % 2 === 0 ? once(watcher, 'change') : setTimeout((whole * round) / 15)
      await Promise.race([moment, run.ended])
      ended.abort()
      await run.kill('SIGKILL')
      assert.ok([SSO_CONFIG, after].includes(scene.config()))
    }
    scene.sandbox.config(SSO_CONFIG)
    await scene.sandbox.ok([...configure, '--yes'])
    assert.equal(scene.config(), after)
  })
})
