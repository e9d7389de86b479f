import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { browseConsole } from './browse-console.ts'
import { type OneShotPage, startOneShotPage } from './one-shot-page.ts'

const TARGET = 'https://signin.aws.amazon.com/federation?SigninToken=secret'

interface Visit {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

function visit(
  address: string,
  { method = 'GET', headers = {} }: Visit = {},
): Promise<{ status?: number; location?: string }> {
  return new Promise((resolve, reject) => {
    request(address, { method, headers }, answer => {
      answer.resume()
      const { location } = answer.headers
      resolve({ ...(answer.statusCode && { status: answer.statusCode }), ...(location && { location }) })
    })
      .on('error', reject)
      .end()
  })
}

async function withPage(task: (page: OneShotPage) => Promise<void>, isAllowed = () => true): Promise<void> {
  const page = await startOneShotPage(TARGET, { isAllowed })
  try {
    await task(page)
  } finally {
    page.close()
  }
}

describe('a page for one visit', () => {
  it('sends a browser on, once', () =>
    withPage(async page => {
      const headers = { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
      assert.deepEqual(await visit(page.address, { headers }), { status: 303, location: TARGET })
      await page.visited
      assert.deepEqual(await visit(page.address), { status: 404 })
    }))

  it('is not spent by what is no visit', () =>
    withPage(async page => {
      const { origin, host } = new URL(page.address)
      const others: readonly (readonly [string, Visit])[] = [
        [`${origin}/`, {}],
        [`${origin}/favicon.ico`, {}],
        [`${page.address}x`, {}],
        [`${page.address}?x`, {}],
        [page.address, { method: 'HEAD' }],
        [page.address, { method: 'POST' }],
        [page.address, { headers: { 'Sec-Purpose': 'prefetch;prerender' } }],
        [page.address, { headers: { Purpose: 'prefetch' } }],
        [page.address, { headers: { Origin: 'https://evil.example.com' } }],
        [page.address, { headers: { 'Sec-Fetch-Dest': 'image' } }],
        [page.address, { headers: { Host: `evil.example.com:${host.split(':')[1]}` } }],
        [page.address, { headers: { Host: 'localhost' } }],
      ]
      for (const [address, how] of others) {
        assert.deepEqual(await visit(address, how), { status: 404 }, JSON.stringify([address, how]))
      }
      assert.equal((await visit(page.address)).status, 303)
    }))

  it('is not for other users', () =>
    withPage(
      async page => assert.deepEqual(await visit(page.address), { status: 404 }),
      () => false,
    ))
})

describe('opening a link', () => {
  const { signal } = new AbortController()

  it('is done when the browser was sent on, however long it lives', async () => {
    const { promise: seen, resolve } = Promise.withResolvers<unknown>()
    const browse = async (address: string): Promise<void> => {
      resolve(await visit(address))
      await new Promise(() => {})
    }
    await browseConsole(TARGET, { browse, signal })
    assert.deepEqual(await seen, { status: 303, location: TARGET })
  })

  it('says so when no browser came', async () => {
    await assert.rejects(browseConsole(TARGET, { browse: async () => {}, signal, patience: 1 }), error =>
      isVaultError(error, 'ERR_CONSOLE_NO_VISIT'),
    )
  })

  it('ends when it is interrupted', async () => {
    const interruption = new AbortController()
    const opening = browseConsole(TARGET, { browse: async () => interruption.abort(), signal: interruption.signal })
    await assert.rejects(opening, { name: 'AbortError' })
  })
})
