import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listeningSockets, lsofNames, ownersInTable, owningProcess } from '../src/socket-tables.ts'

const peer = { address: '127.0.0.1', port: 52698, localAddress: '127.0.0.1', localPort: 36159 }

/** As a little-endian machine with a user 1000 writes it: both ends of a connection, and one that nobody has any more. */
const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const line = (local: string, remote: string, state: string, user: number, inode: number): string =>
  `   1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${user}        0 ${inode} 1 0000 20 4 30 10 -1\n`
const client = '0100007F:CDDA'
const server = '0100007F:8D3F'

describe('tables of Linux', {
  skip: new Uint8Array(new Uint16Array([1]).buffer)[0] === 0 && 'written in the other order',
}, () => {
  test("the client's end counts, not the server's", () => {
    const table = HEAD + line(server, client, '01', 0, 70) + line(client, server, '01', 1000, 71)
    assert.equal(ownersInTable(table, [peer])[0], 1000)
    assert.equal(ownersInTable(HEAD + line(server, client, '01', 1000, 70), [peer])[0], undefined)
  })

  test('IPv4 on a socket for both is the same, on either side', () => {
    const mapped = (end: string): string => `0000000000000000FFFF0000${end}`
    const table = HEAD + line(mapped(client), mapped(server), '01', 1000, 71)
    assert.equal(ownersInTable(table, [peer])[0], 1000)
    assert.equal(
      ownersInTable(table, [{ ...peer, address: '::ffff:127.0.0.1', localAddress: '::ffff:127.0.0.1' }])[0],
      1000,
    )
  })

  test('another port, another address, a closed socket and junk are not it', () => {
    const others = [
      line(client, '0100007F:8D40', '01', 1000, 71),
      line('0200007F:CDDA', server, '01', 1000, 71),
      line(client, '0200007F:8D3F', '01', 1000, 71),
      line(client, server, '06', 0, 0),
      line('00000000000000000000000001000000:CDDA', server, '01', 1000, 71),
      '   1: \n',
      'junk\n',
    ]
    assert.equal(ownersInTable(HEAD + others.join(''), [peer])[0], undefined)
    assert.equal(ownersInTable('', [peer])[0], undefined)
  })

  test('sockets that listen', () => {
    const table = `${HEAD}${line('FEA9FEA9:0050', '00000000:0000', '0A', 0, 5)}${line('00000000:1F90', '00000000:0000', '0A', 0, 6)}${line(client, server, '01', 0, 7)}${line(`${'0'.repeat(32)}:0050`, `${'0'.repeat(32)}:0000`, '0A', 0, 8)}`
    assert.deepEqual(listeningSockets(table), [
      { address: '169.254.169.254', port: 80, inode: '5' },
      { address: '0.0.0.0', port: 8080, inode: '6' },
      { address: '::', port: 80, inode: '8' },
    ])
  })
})

test('lsof of macOS', () => {
  const name = 'n127.0.0.1:52698->127.0.0.1:36159'
  assert.equal(lsofNames(`p812\nf23\n${name}\n`, [peer])[0], true)
  assert.equal(lsofNames(`p812\nf23\nn[::ffff:127.0.0.1]:52698->[::ffff:127.0.0.1]:36159\n`, [peer])[0], true)
  assert.equal(lsofNames('p1\nf23\nn127.0.0.1:36159->127.0.0.1:52698\n', [peer])[0], false, "the server's own end")
  assert.equal(lsofNames(`p1\nf23\n${name}0\n`, [peer])[0], false)
  assert.equal(lsofNames('', [peer])[0], false)
})

test('netstat of Windows, in any language', () => {
  const row = (local: string, remote: string, state: string, id: number): string =>
    `  TCP    ${local}        ${remote}        ${state}       ${id}\r\n`
  const output =
    '\r\nAktive Verbindungen\r\n\r\n' +
    row('127.0.0.1:36159', '127.0.0.1:52698', 'HERGESTELLT', 4) +
    row('127.0.0.1:52698', '127.0.0.1:36159', 'HERGESTELLT', 5120)
  assert.equal(owningProcess(output, peer), 5120)
  assert.equal(owningProcess(output, { ...peer, port: 1 }), undefined)
  assert.equal(owningProcess('', peer), undefined)
})
