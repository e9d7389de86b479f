/** 169.254.169.254:80 for real, in network namespaces of the tests' own, with sudo and several users. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Ended, Running } from '../support/sandbox.ts'
import { NODE, PASSWORD, proxyProcesses, until } from './support/address-namespace.ts'
import { place } from './support/address-place.ts'
import { putTo, ROUNDS, underFlood } from './support/flood.ts'

const python = process.env.AWS_VAULT_TEST_PYTHON
const noPython = 'needs a Python with boto3: set AWS_VAULT_TEST_PYTHON'
if (python === undefined && process.env.CI === 'true') throw new Error(noPython)

const idOf = ({ child }: Running): number => child.pid as number

describe('169.254.169.254:80', () => {
  test('serves this user by a proxy without privileges, and nobody else; both are gone after kill -9', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const { net, accessKeyId } = here
    assert.equal(net.hasAddress, false)
    const session = here.serve('nobody')
    await session.sees(/serving/)

    assert.equal(await here.ask('nobody'), `token 200, credentials 200 ${accessKeyId}`)
    for (const other of ['daemon', 'root'] as const) {
      assert.match(await here.ask(other), /^token (?:ECONNRESET|EPIPE), credentials (?:ECONNRESET|EPIPE)$/, other)
    }

    const proxies = proxyProcesses(idOf(session))
    for (const { role, processId, status } of proxies) {
      const facts = ['Uid', 'Gid', 'Groups', 'CapPrm', 'CapEff'].map(field => `${field} ${status(field)}`)
      context.diagnostic(`${role} (${processId}): ${facts.join(', ').replaceAll('\t', ' ')}`)
    }
    assert.deepEqual(proxies.map(({ role }) => role).sort(), ['forward', 'hold', 'sudo'])
    const forward = proxies.find(({ role }) => role === 'forward')
    assert.deepEqual(
      ['Uid', 'Gid', 'Groups', 'CapPrm', 'CapEff', 'CapInh', 'CapAmb'].map(field => forward?.status(field)),
      [...Array(2).fill(Array(4).fill('65534').join('\t')), '', ...Array(4).fill('0'.repeat(16))],
    )

    await session.child.kill('SIGKILL')
    await until(() => proxyProcesses(idOf(session)).length === 0, 'the proxy is gone')
    assert.equal(net.hasAddress, false)
  })

  test('a second one is told whose it is, without being asked for a password; the first goes on', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const first = here.serve('nobody')
    await first.sees(/serving/)
    for (const user of ['nobody', 'daemon', 'bin', 'root'] as const) {
      const { code, stderr }: Ended = await here.serve(user).ended
      assert.equal(code, 1)
      const whose = `aws-vault serves nobody (user 65534) at 169.254.169.254:80 already, for its process ${idOf(first)}`
      assert.ok(stderr.includes(whose), stderr)
      assert.match(stderr, /hint: end that one first/)
    }
    assert.equal(await here.ask('nobody'), `token 200, credentials 200 ${here.accessKeyId}`)
    first.child.stdin?.end()
    assert.equal((await first.ended).code, 0)
    assert.equal(here.net.hasAddress, false, 'taken away before we end')
    assert.deepEqual(proxyProcesses(idOf(first)), [])
  })

  test('of two that begin at once, one serves and the other one is told', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const both = [here.serve('nobody'), here.serve('daemon')]
    const outcomes = await Promise.all(
      both.map(one =>
        one
          .sees(/serving/)
          .then(() => true)
          .catch(() => false),
      ),
    )
    assert.deepEqual(outcomes.toSorted(), [false, true])
    const loser = await both[outcomes.indexOf(false)]?.ended
    assert.match(loser?.stderr ?? '', /aws-vault serves (?:nobody|daemon) .* already|process \d+ of root\) listens/)
    assert.match(await here.ask(outcomes[0] ? 'nobody' : 'daemon'), /^token 200, credentials 200 /)
  })

  test('a proxy that a dead session left over is ended and replaced', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const dead = here.serve('nobody')
    await dead.sees(/serving/)
    const proxies = proxyProcesses(idOf(dead))
    // As if the machine had no time for them: they do not see that their session ends.
    for (const { processId } of proxies) process.kill(processId, 'SIGSTOP')
    dead.child.stdin?.end()
    await dead.kill('SIGKILL')
    assert.equal(here.net.hasAddress, true)
    const next = here.serve('daemon')
    await next.sees(/serving/)
    assert.match(await here.ask('daemon'), /^token 200, credentials 200 /)
    assert.match(await here.ask('nobody'), /^token E/)
    for (const { processId } of proxyProcesses(idOf(dead))) process.kill(processId, 'SIGKILL')
    next.child.stdin?.end()
    await next.ended
    assert.equal(here.net.hasAddress, false, 'the address that was left over, too')
  })

  test('an address that somebody else gave this machine stays', async context => {
    await using here = await place(context)
    if (here === undefined) return
    here.net.tool('ip', 'addr', 'add', '169.254.169.254/32', 'dev', 'lo')
    const session = here.serve('nobody')
    await session.sees(/serving/)
    session.child.stdin?.end()
    assert.equal((await session.ended).code, 0)
    assert.equal(here.net.hasAddress, true)
  })

  test('another program at port 80 is named', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const script = "require('node:net').createServer().listen(80, '0.0.0.0', () => console.log('listening'))"
    const other = here.net.start('root', [NODE, '-e', script])
    await other.sees(/listening/)
    const { code, stderr } = await here.serve('nobody').ended
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`\\S+ \\(process ${idOf(other)} of root\\) listens at 169.254.169.254:80`))
    await other.kill('SIGKILL')
  })

  test('when sudo refuses, or the proxy is killed, that is said', async context => {
    await using here = await place(context)
    if (here === undefined) return
    const { code, stderr } = await here.serve('bin').ended
    assert.equal(code, 1)
    assert.match(stderr, /could not be started by sudo\n.*hint: .*leave out --bind-metadata-address/)
    assert.equal(here.net.hasAddress, false)
    for (const role of ['forward', 'hold'] as const) {
      const session: Running = here.serve('nobody')
      await session.sees(/serving/)
      process.kill(proxyProcesses(idOf(session)).find(one => one.role === role)?.processId as number, 'SIGKILL')
      await session.sees(/the proxy for 169.254.169.254:80 has ended/)
      await until(() => proxyProcesses(idOf(session)).length === 0, 'no part of the proxy is left')
      session.child.stdin?.end()
      assert.equal((await session.ended).code, 0, 'the program is not ended')
    }
    here.net.tool('mount', '--bind', '/mnt/sudoers', '/usr/bin/sudo')
    const without = await here.serve('nobody').ended
    assert.match(without.stderr, /sudo is needed to serve at \S+, and cannot be run/)
    here.net.tool('umount', '/usr/bin/sudo')
    const again = here.serve('daemon')
    await again.sees(/serving/)
    again.child.stdin?.end()
    await again.ended
    assert.equal(here.net.hasAddress, false)
  })

  test("in a terminal, sudo asks for the password once; Ctrl-C and what is typed are the program's", async context => {
    await using here = await place(context)
    if (here === undefined) return
    using terminal = here.terminal('games', '-s', '--bind-metadata-address', '--', 'sh', '-i')
    await terminal.sees(/aws-vault: sudo is needed for 169.254.169.254:80: for a small proxy/)
    await terminal.answer(/\[sudo\] password for games: /, 'wrong\r')
    await terminal.answer(/\[sudo\] password for games: /, `${PASSWORD}\r`)
    await terminal.answer(/\$ $/, 'cat\r')
    await terminal.answer(/cat\r\n$/, 'typed\r')
    await terminal.answer(/typed\r\n(?:.*\n)*typed\r\n/, '\x03')
    await terminal.sees(/\$ $/)
    assert.equal(await here.ask('games'), `token 200, credentials 200 ${here.accessKeyId}`)
    await terminal.answer(/^/, 'exit 3\r')
    assert.equal((await terminal.ended).code, 3)
    assert.equal(here.net.hasAddress, false)
  })

  test('root needs no sudo; SDKs find the server at the address', async context => {
    await using here = await place(context)
    if (here === undefined) return
    if (python === undefined) return context.skip(noPython)
    const script =
      'import os; os.environ.pop("AWS_EC2_METADATA_SERVICE_ENDPOINT"); import boto3; c = boto3.Session().get_credentials(); print(c.method, c.access_key)'
    const { stdout, stderr } = await here.exec('root', '-s', '--bind-metadata-address', '--', python, '-c', script)
      .ended
    assert.equal(stdout, `iam-role ${here.accessKeyId}\n`, stderr)
    assert.equal(here.net.hasAddress, false)
  })
})

test('a flood by another user does not shut this user out', async context => {
  await using here = await place(context)
  if (here === undefined) return
  const session = here.serve('nobody')
  await session.sees(/serving/)
  const host = '169.254.169.254'
  const seen = await underFlood(here, { host, port: 80, asked: putTo(host), base: `http://${host}` })
  assert.deepEqual(seen, { [here.accessKeyId]: ROUNDS })
})

test('a loopback port is not for other users either', async context => {
  await using here = await place(context)
  if (here === undefined) return
  const session = here.exec('nobody', '-s', '--ec2-port', '4080', '--', 'sh', '-c', 'echo serving; exec cat')
  await session.sees(/serving/)
  for (const user of ['daemon', 'root'] as const) {
    assert.match(await here.ask(user, 'http://127.0.0.1:4080'), /^token 403, credentials 403/)
  }
  assert.equal(await here.ask('nobody', 'http://127.0.0.1:4080'), `token 200, credentials 200 ${here.accessKeyId}`)
})
