import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describePluginChange, newProblem } from './describe-plugin-change.ts'
import type { InstalledParts } from './installed-parts.ts'
import type { Part } from './part.ts'

const part = (name: string, packageName: string, packageVersion = '1.0.0'): Part => ({
  ...{ kind: 'keyrings', name, packageName, packageVersion, builtIn: false },
  declaration: { summary: '', module: './a.js' },
  load: () => Promise.reject(new Error('not to be loaded')),
})
const with_ = (...parts: Part[]): InstalledParts => ({ parts, problems: [], haveHooks: false })
const builtIn = [{ ...part('file', '@aws-vault/keyring-file'), builtIn: true }]

it('names what is new or another version, and nothing else', () => {
  const before = with_(part('a', 'x'), part('b', 'y'))
  const after = with_(part('a', 'x'), part('b', 'y', '2.0.0'), part('c', 'z'))
  assert.deepEqual(describePluginChange(before, after, builtIn), [
    'keyring "b" of y 2.0.0, which was 1.0.0',
    'keyring "c" of z 1.0.0 is there',
  ])
  assert.deepEqual(describePluginChange(after, before, builtIn), ['keyring "b" of y 1.0.0, which was 2.0.0'])
})

it('says whose a name is that is taken', () => {
  assert.deepEqual(describePluginChange(with_(), with_(part('file', 'x')), builtIn), [
    'keyring "file" of x 1.0.0 is there; the name means the built-in one until you choose: aws-vault plugins use keyring file=x',
  ])
  assert.deepEqual(describePluginChange(with_(part('a', 'x')), with_(part('a', 'x'), part('a', 'y')), builtIn), [
    'keyring "a" of y 1.0.0 is there; the name means none of them until you choose: aws-vault plugins use keyring a=y',
  ])
})

it('holds no old problem against a change', () => {
  const problem = { packageName: 'x', message: 'x is gone', hint: '' }
  const other = { packageName: 'y', message: 'y is too new', hint: '' }
  assert.equal(newProblem({ ...with_(), problems: [problem] }, { ...with_(), problems: [problem] }), undefined)
  assert.equal(newProblem({ ...with_(), problems: [problem] }, { ...with_(), problems: [problem, other] }), other)
})
