import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { it } from 'node:test'
import { apiFile, sdkApi } from '../../bin/sdk-api.ts'

it('the report of what plugins can see of the SDK is fresh (UPDATE_SNAPSHOTS=1 writes it anew)', () => {
  const api = sdkApi()
  if (process.env.UPDATE_SNAPSHOTS === '1') writeFileSync(apiFile, api)
  assert.equal(readFileSync(apiFile, 'utf8'), api)
})
