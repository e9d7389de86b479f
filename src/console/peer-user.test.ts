import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { it } from 'node:test'
import { isOwnPeer, userOfPeer } from './peer-user.ts'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, remote: string, state: string, uid: number): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 1 1 0 20 0 0 10 -1\n`

it('finds whose the other end is, and not whose ours is', () => {
  const table =
    HEAD + row('0100007F:0FA0', '0100007F:9C40', '01', 1000) + row('0100007F:9C40', '0100007F:0FA0', '01', 1001)
  assert.equal(userOfPeer([table], 40_000, 4000), 1001)
  assert.equal(userOfPeer([HEAD], 40_000, 4000), undefined)
  const mapped = '0000000000000000FFFF00000100007F'
  assert.equal(userOfPeer([HEAD, HEAD + row(`${mapped}:9C40`, `${mapped}:0FA0`, '01', 7)], 40_000, 4000), 7)
})

it('takes no connection that has ended, or goes elsewhere', () => {
  const ended = HEAD + row('0100007F:9C40', '0100007F:0FA0', '06', 1000)
  const elsewhere = HEAD + row('0100000A:9C40', '0200000A:0FA0', '01', 1000)
  assert.equal(userOfPeer([ended, elsewhere], 40_000, 4000), undefined)
})

it('knows a real connection of this user', { skip: process.platform !== 'linux' && 'only Linux tells' }, async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  assert.equal(isOwnPeer(socket.remotePort ?? 0, port), true)
  assert.equal(isOwnPeer(1, port), false)
  client.destroy()
  server.close()
})
