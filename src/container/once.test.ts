import assert from 'node:assert/strict'
import { it } from 'node:test'
import { once } from './once.ts'

it('makes when first asked and once only, also where nothing comes of it', () => {
  let made = 0
  const service = once(() => {
    made += 1
    return undefined
  })
  assert.equal(made, 0)
  service()
  service()
  assert.equal(made, 1)
})

it('makes anew what could not be made', () => {
  let tries = 0
  const service = once(() => {
    tries += 1
    if (tries === 1) throw new Error('not yet')
    return tries
  })
  assert.throws(service, /not yet/)
  assert.equal(service(), 2)
})
