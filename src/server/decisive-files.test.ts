import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { decisiveFiles } from './decisive-files.ts'
import { orderOf } from './order.ts'

it('an order tells policies and configs apart by what stands in them, and by where they are', () => {
  const root = mkdtempSync(join(tmpdir(), 'order-'))
  try {
    const order = (path: string): string =>
      orderOf(['work'], { policy: 'p.json' }, {}, [], decisiveFiles([undefined, path]))
    for (const place of ['a', 'b']) {
      mkdirSync(join(root, place))
      writeFileSync(join(root, place, 'p.json'), '{}')
    }
    const path = join(root, 'a', 'p.json')
    const first = order(path)
    assert.equal(order(path), first)
    assert.notEqual(order(join(root, 'b', 'p.json')), first)
    writeFileSync(path, '{ "Statement": [] }')
    assert.notEqual(order(path), first)
    rmSync(path)
    assert.notEqual(order(path), first)
  } finally {
    rmSync(root, { recursive: true })
  }
})
