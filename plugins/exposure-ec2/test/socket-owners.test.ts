import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { type Peer, SocketOwners } from '../src/socket-owners.ts'

const us = { platform: 'linux', userId: 1000 } as const
const peer = (port: number): Peer => ({ address: '127.0.0.1', port, localAddress: '127.0.0.1', localPort: 80 })

/** Looks that end when they are told what was found. */
function looks() {
  const begun: { ports: number[]; end(found: (boolean | undefined)[]): void; fail(error: Error): void }[] = []
  const look = (peers: readonly Peer[]): Promise<(boolean | undefined)[]> => {
    const { promise, resolve, reject } = Promise.withResolvers<(boolean | undefined)[]>()
    begun.push({ ports: peers.map(({ port }) => port), end: resolve, fail: reject })
    return promise
  }
  return { begun, owners: new SocketOwners(us, look) }
}

describe('one look at a time', () => {
  test('answers all who asked before it began, and the next one all who came meanwhile', async () => {
    const { begun, owners } = looks()
    const first = owners.isOurs(peer(1))
    const later = Array.from({ length: 1000 }, (_, index) => owners.isOurs(peer(2 + index)))
    assert.deepEqual(
      begun.map(({ ports }) => ports),
      [[1]],
    )
    begun[0]?.end([true])
    assert.equal(await first, true)
    assert.equal(begun[1]?.ports.length, 1000)
    begun[1]?.end(later.map((_, index) => index === 7))
    const verdicts = await Promise.all(later)
    assert.deepEqual([verdicts.filter(Boolean).length, verdicts[7]], [1, true])
    assert.equal(begun.length, 2)
  })

  test('who is not found is looked for once more, and is then nobody of ours', async () => {
    const { begun, owners } = looks()
    const [missed, gone] = [owners.isOurs(peer(1)), owners.isOurs(peer(2))]
    begun[0]?.end([undefined])
    await new Promise(setImmediate)
    assert.deepEqual(begun[1]?.ports, [2, 1])
    begun[1]?.end([undefined, true])
    assert.equal(await missed, true)
    await new Promise(setImmediate)
    assert.deepEqual(begun[2]?.ports, [2])
    begun[2]?.end([undefined])
    assert.equal(await gone, false)
  })

  test('a look that fails is a failure for those whom it was for alone', async () => {
    const { begun, owners } = looks()
    const [one, other] = [owners.isOurs(peer(1)), owners.isOurs(peer(2))]
    begun[0]?.fail(new Error('no table'))
    await assert.rejects(one, /no table/)
    begun[1]?.end([true])
    assert.equal(await other, true)
  })
})

describe('on this machine', () => {
  for (const host of ['127.0.0.1', '::ffff:127.0.0.1']) {
    test(`our own connection from ${host} is ours, and not another user's`, async () => {
      const listening = createServer().listen(0, '127.0.0.1')
      await once(listening, 'listening')
      const accepted = once(listening, 'connection')
      const ours = connect((listening.address() as AddressInfo).port, host)
      const [{ remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 }] = (await accepted) as [Socket]
      const seen = { address: remoteAddress, port: remotePort, localAddress, localPort }
      const { platform } = process
      const userId = process.getuid?.()
      try {
        assert.equal(await new SocketOwners({ platform, userId }).isOurs(seen), true)
        if (userId !== undefined)
          assert.equal(await new SocketOwners({ platform, userId: userId + 1 }).isOurs(seen), false)
        assert.equal(await new SocketOwners({ platform, userId }).isOurs({ ...seen, port: 1 }), false)
      } finally {
        ours.destroy()
        listening.close()
      }
    })
  }
})
