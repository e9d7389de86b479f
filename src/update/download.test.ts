import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { type DownloadContext, fetchText, releaseHost } from './download.ts'

it('shows no password of a mirror, wherever it fails', async context => {
  const server = createServer((_, response) => response.writeHead(503).end())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  const said: string[] = []
  const debug = (line: string): number => said.push(line)
  const { port } = server.address() as AddressInfo
  const url = new URL('list', releaseHost(`http://me:hunter2@127.0.0.1:${port}/mirror`))
  const downloadContext = { http: {}, signal: new AbortController().signal, logger: { debug }, patience: 5 }
  const failure = await fetchText(url, 10, downloadContext as unknown as DownloadContext).catch(error => error)
  assert.match(failure.message, /127\.0\.0\.1:\d+\/mirror\/list cannot be fetched: the server answers 503/)
  said.push(failure.message, JSON.stringify(failure.facts))
  assert.throws(() => releaseHost('http://me:hunter2@mirror.example.com'), { message: /"http:\/\/mirror\.example/ })
  assert.doesNotMatch(said.join(), /hunter2/)
})
