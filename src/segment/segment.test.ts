import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ServerState } from '../server/state-file.ts'
import { segment } from './segment.ts'

const now = Date.parse('2030-01-01T00:00:00Z')
const none = (): never => assert.fail('no file has to be read')
const of = (environment: Record<string, string>): string => segment({ environment, now, states: none, isDead: none })

describe('a prompt segment', () => {
  it('is empty outside of exec', () => {
    assert.equal(of({}), '')
    assert.equal(of({ AWS_VAULT: '', AWS_CREDENTIAL_EXPIRATION: '2030-01-01T01:00:00Z' }), '')
  })
  it('has the time left, which it rounds down', () => {
    const at = (AWS_CREDENTIAL_EXPIRATION: string) => of({ AWS_VAULT: 'work', AWS_CREDENTIAL_EXPIRATION })
    assert.equal(at('2030-01-01T00:42:59Z'), 'work 42m')
    assert.equal(at('2030-01-01T00:00:59Z'), 'work 59s')
    assert.equal(at('2030-01-01T02:05:00Z'), 'work 2h5m')
    assert.equal(at('2030-01-01T00:00:00Z'), 'work expired')
    assert.equal(at('2029-12-31T00:00:00Z'), 'work expired')
    assert.equal(at('soon'), 'work')
    assert.equal(of({ AWS_VAULT: 'work' }), 'work')
  })
  it('lets no name drive the terminal or the shell', () => {
    assert.equal(of({ AWS_VAULT: 'a\u001b[2J\u202e$(id)`id`%n!x\\e' }), 'a?[2J??(id)?id??n?x?e')
  })
  it('names the profile of a server, and says when that is gone', () => {
    const uri = 'http://127.0.0.1:4000/profiles/play'
    const state = (id: string, AWS_CONTAINER_CREDENTIALS_FULL_URI: string) =>
      ({ id, profiles: [{ name: id, environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI } }] }) as unknown as ServerState
    const states = () => [state('other', 'http://127.0.0.1:4000/profiles/other'), state('play', uri)]
    const environment = { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri }
    assert.equal(segment({ environment, now, states, isDead: ({ id }) => id !== 'play' }), 'play')
    assert.equal(segment({ environment, now, states, isDead: () => true }), 'play gone')
    assert.equal(segment({ environment, now, states: () => [], isDead: none }), '')
  })
})
