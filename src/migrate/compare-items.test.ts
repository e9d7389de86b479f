import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Item } from '@aws-vault/plugin-sdk'
import { compareItems, isComplete, isDifferent } from './compare-items.ts'

const item: Item = {
  key: 'dev',
  data: Buffer.from('{"a":1}'),
  label: 'aws-vault (dev)',
  description: '',
  attributes: { KeychainNotTrustApplication: true, Other: { deep: [1, 2], more: 'x' } },
}

test('items are the same whatever the order of their members, with false for missing', () => {
  const other = {
    ...item,
    attributes: {
      Other: { more: 'x', deep: [1, 2] },
      KeychainNotSynchronizable: false,
      KeychainNotTrustApplication: true,
    },
  }
  assert.deepEqual(compareItems(item, other), { sameData: true, conflicts: [], missing: [], display: [] })
})

test('other bytes, and members that the target has otherwise or alone, are differences', () => {
  for (const other of [
    { ...item, data: Buffer.from('{"a":2}') },
    { ...item, data: Buffer.from('') },
    { ...item, attributes: { ...item.attributes, Other: { deep: [1, 3], more: 'x' } } },
    { ...item, attributes: { ...item.attributes, Extra: 1 } },
  ]) {
    assert.ok(isDifferent(compareItems(item, other)))
    assert.ok(!isComplete(compareItems(item, other)))
  }
})

test('members that the target lacks make it incomplete, not different', () => {
  const comparison = compareItems(item, { ...item, label: '', attributes: {} })
  assert.deepEqual(comparison.missing, ['Other'])
  assert.deepEqual(comparison.display, ['Label', 'KeychainNotTrustApplication'])
  assert.ok(!isDifferent(comparison) && !isComplete(comparison))
})

test('what only a window shows makes no difference', () => {
  assert.ok(isComplete(compareItems(item, { ...item, label: 'other', description: 'other' })))
})
