import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { type Answer, answerText } from '@aws-vault/plugin-sdk/server'
import { Connection, type ConnectionHost } from '../src/server/connection.ts'

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')

/** A socket whose other side sends, and never reads. */
function unread(): { socket: Duplex; written(): number } {
  let bytes = 0
  const socket = new Duplex({
    allowHalfOpen: true,
    read() {},
    write(chunk: Buffer) {
      bytes += chunk.length
    },
  })
  return { socket, written: () => bytes + socket.writableLength }
}

function connect(socket: Duplex, answer: () => Answer | Promise<Answer>): Connection {
  const host: ConnectionHost = {
    keep: new Set(),
    maxHeadBytes: 16 * 1024,
    answer,
    refusal: status => answerText(status, ''),
    now: () => 0,
  }
  return new Connection(socket as unknown as Socket, host)
}

const soon = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

test('of a client that does not read, no more is taken than a few answers, and it is told to wait', async () => {
  const answer = answerText(200, 'x'.repeat(1000))
  for (const pieces of [1, 10_000]) {
    const { socket } = unread()
    let answered = 0
    const connection = connect(socket, () => {
      answered++
      return answer
    })
    for (let piece = 0; piece < pieces; piece++) {
      socket.push(Buffer.concat(Array.from({ length: 10_000 / pieces }, () => REQUEST)))
      if (pieces > 1 && piece % 100 === 0) await soon()
    }
    await soon()
    assert.ok(answered < 100, `${answered} requests were answered`)
    assert.equal(socket.isPaused(), true)
    assert.notEqual(connection.waitingSince, undefined, 'its time runs')
  }
})

test('of a client whose answer is worked on, no more is taken than a head', async () => {
  const { socket } = unread()
  const { promise, resolve } = Promise.withResolvers<Answer>()
  let answered = 0
  const connection = connect(socket, () => {
    answered++
    return promise
  })
  for (let count = 0; count < 1000; count++) socket.push(Buffer.concat(Array.from({ length: 10 }, () => REQUEST)))
  await soon()
  assert.equal(answered, 1)
  assert.equal(socket.isPaused(), true)
  assert.equal(connection.isAnswering, true)
  resolve(answerText(200, ''))
  await soon()
  assert.equal(answered > 1, true, 'it goes on')
})
