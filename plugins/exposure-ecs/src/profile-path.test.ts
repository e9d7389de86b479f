import assert from 'node:assert/strict'
import { it } from 'node:test'
import { profilePath } from './profile-path.ts'

it('names with plain characters stand as they are; all others are encoded, and no two names have one path', () => {
  assert.equal(profilePath('work'), '/profiles/work')
  assert.equal(profilePath('a.b-c_d@e+f=g,h:1'), '/profiles/a.b-c_d@e+f=g,h:1')
  const odd = ['..', '.', '', '~', '~d29yaw', 'a/b', 'a b', 'ä', 'a%2e', 'a?b', 'work\n', '-x']
  const paths = odd.map(profilePath)
  for (const path of paths) assert.match(path, /^\/profiles\/~[\w-]*$/)
  assert.equal(new Set([...paths, profilePath('work')]).size, odd.length + 1)
})
