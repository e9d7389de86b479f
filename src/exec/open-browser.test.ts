import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import { canOpenBrowser, openBrowser, privateApp } from './open-browser.ts'

describe('whether a browser can be reached', () => {
  const rows: readonly [Record<string, string>, NodeJS.Platform, string | undefined, boolean][] = [
    [{}, 'linux', undefined, false],
    [{ DISPLAY: ':0' }, 'linux', undefined, true],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', undefined, true],
    [{ WSL_DISTRO_NAME: 'Debian' }, 'linux', undefined, true],
    [{ DISPLAY: ':10', SSH_CONNECTION: 'x' }, 'linux', undefined, false],
    [{}, 'darwin', undefined, true],
    [{ SSH_TTY: '/dev/ttys1' }, 'darwin', undefined, false],
    [{}, 'win32', undefined, true],
    [{ SSH_CONNECTION: 'x' }, 'linux', 'firefox', true],
  ]
  for (const [environment, platform, browser, expected] of rows) {
    it(`${JSON.stringify(environment)} on ${platform} with ${browser}: ${expected}`, () => {
      assert.equal(canOpenBrowser(environment, platform, browser), expected)
    })
  }
})

describe('opening a browser', { skip: process.platform === 'win32' && 'needs a shell script as browser' }, () => {
  const url = 'https://example.com/?a=b&c=d'

  it('gives it the address, and no secret', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'aws-vault-browser-'))
    try {
      const browser = join(directory, 'browser')
      writeFileSync(browser, '#!/bin/sh\nprintf "%s %s" "$1" "$SECRET" > "$0.log"\n', { mode: 0o755 })
      process.env.SECRET = 'hidden'
      await openBrowser(url, { browser, secretVariables: ['SECRET', 'NOT_SET'] })
      assert.equal(readFileSync(`${browser}.log`, 'utf8'), `${url} `)
      assert.equal(process.env.SECRET, 'hidden')
      assert.equal('NOT_SET' in process.env, false)
    } finally {
      delete process.env.SECRET
      rmSync(directory, { recursive: true })
    }
  })

  for (const browser of ['/bin/false', '/no/such/browser']) {
    it(`says that ${browser} fails`, async () => {
      await assert.rejects(openBrowser(url, { browser, secretVariables: [] }), { code: 'ERR_BROWSER_FAILED' })
    })
  }
})

describe('a private window', () => {
  const rows: readonly (readonly [browser: string, argument: string])[] = [
    ['firefox', '--private-window'],
    ['/usr/bin/firefox-esr', '--private-window'],
    ['google-chrome', '--incognito'],
    ['Google Chrome', '--incognito'],
    ['chromium', '--incognito'],
    ['C:\\Program Files\\Brave\\brave.exe', '--incognito'],
    ['microsoft-edge', '--inprivate'],
    ['opera', '--private'],
  ]
  for (const [browser, argument] of rows) {
    it(`is ${argument} for ${browser}`, () =>
      assert.deepEqual(privateApp(browser), { name: browser, arguments: [argument] }))
  }
  it('is left to the system for its usual browser, and refused for one that nobody knows', () => {
    assert.deepEqual(privateApp(undefined), { name: 'browserPrivate' })
    for (const browser of ['lynx', '/home/chrome/bin/lynx']) {
      assert.throws(
        () => privateApp(browser),
        error => isVaultError(error, 'ERR_BROWSER_PRIVATE'),
      )
    }
  })
})
