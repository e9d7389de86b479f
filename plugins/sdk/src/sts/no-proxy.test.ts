import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isReachedDirectly } from './no-proxy.ts'

describe('isReachedDirectly', () => {
  const rows: readonly [url: string, noProxy: string | undefined, isDirect: boolean][] = [
    ['https://sts.amazonaws.com/', undefined, false],
    ['https://sts.amazonaws.com/', '', false],
    ['https://sts.amazonaws.com/', ',', false],
    ['https://sts.amazonaws.com/', '.', false],
    ['https://sts.amazonaws.com/', '*', true],
    ['https://sts.amazonaws.com/', 'sts.amazonaws.com', true],
    ['https://sts.amazonaws.com/', 'STS.Amazonaws.com', true],
    ['https://sts.amazonaws.com/', 'a.example, amazonaws.com', true],
    ['https://sts.amazonaws.com/', '.amazonaws.com', true],
    ['https://sts.amazonaws.com/', '*.amazonaws.com', true],
    ['https://sts.amazonaws.com/', 'azonaws.com', false],
    ['https://sts.amazonaws.com/', 'sts.amazonaws.com.cn', false],
    ['https://sts.amazonaws.com/', 'amazonaws.com:443', true],
    ['https://sts.amazonaws.com/', 'amazonaws.com:8443', false],
    ['https://sts.amazonaws.com:8443/', 'amazonaws.com:8443', true],
    ['https://10.0.0.1/', '10.0.0.1', true],
    ['https://10.0.0.1/', '0.0.1', false],
    ['https://[2001:db8::1]/', '2001:db8::1', true],
    ['https://[2001:db8::1]:8443/', '[2001:db8::1]:8443', true],
    ['https://[2001:db8::1]:8443/', '[2001:db8::1]', true],
    ['https://[2001:db8::1]/', '[2001:db8::1]:8443', false],
    ['https://localhost:4566/', undefined, true],
    ['https://127.0.0.1:4566/', undefined, true],
    ['https://[::1]/', undefined, true],
    ['https://localhost.example/', undefined, false],
  ]
  for (const [url, noProxy, isDirect] of rows) {
    it(`${url} with NO_PROXY=${noProxy}: ${isDirect}`, () => {
      assert.equal(isReachedDirectly(new URL(url), noProxy), isDirect)
    })
  }
})
