import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { compareVersions, isVersion } from './version-order.ts'

/** The example of Semantic Versioning 2.0.0, section 11, and numbers beyond it. */
const inOrder = [
  '0.9.9',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.2.0',
  '1.10.0',
  '2.0.0',
]

it('versions are in the order of Semantic Versioning', () => {
  for (const [i, a] of inOrder.entries()) {
    for (const [j, b] of inOrder.entries())
      assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} ${b}`)
  }
})

it('the order is one, whatever is compared', () => {
  const number = fc.nat(20)
  const word = fc.oneof(fc.nat(20).map(String), fc.stringMatching(/^[a-z]{1,3}$/))
  const version = fc
    .tuple(number, number, number, fc.array(word, { maxLength: 3 }))
    .map(([a, b, c, words]) => `${a}.${b}.${c}${words.length > 0 ? `-${words.join('.')}` : ''}`)
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const sign = (x: string, y: string): number => Math.sign(compareVersions(x, y))
      assert.equal(sign(a, b), -sign(b, a) + 0)
      if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0)
      assert.equal(sign(a, b) === 0, a === b)
    }),
  )
})

it('what is no version is refused', () => {
  for (const text of ['', '1', '1.2', 'v1.2.3', '1.2.3-', '1.2.3+5', '../1.2.3', '1.2.3/..', '1.2.3\n']) {
    assert.equal(isVersion(text), false, text)
    assert.throws(() => compareVersions(text, '1.0.0'), /is not a version/)
  }
})
