import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Availability } from '@aws-vault/plugin-sdk'
import {
  type BackendInUse,
  defaultBackend,
  describeSurroundings,
  withoutSurroundings,
  withSurroundings,
} from './default-backend.ts'

async function find({
  inUse,
  surroundings = 'desk',
  working = ['file'],
  slow = {},
  names = ['secret-service', 'pass', 'libsecret', 'file'],
}: {
  inUse?: BackendInUse
  surroundings?: string
  working?: readonly string[]
  /** How often each does not answer in time before it does. */
  slow?: Record<string, number>
  names?: readonly string[]
}): Promise<{ name: string; asked: string[]; noted: BackendInUse[]; warnings: string[] }> {
  const asked: string[] = []
  const warnings: string[] = []
  const left = new Map(Object.entries(slow))
  const noted: BackendInUse[] = []
  const name = await defaultBackend({
    names,
    surroundings,
    inUse,
    remember: async inUse => void noted.push(inUse),
    availability: async (name): Promise<Availability> => {
      asked.push(name)
      const times = left.get(name) ?? 0
      left.set(name, times - 1)
      if (times > 0) return { available: false, reason: 'it did not answer within 1 s', isSlow: true }
      return working.includes(name) ? { available: true } : { available: false, reason: 'no daemon' }
    },
    holdsKeys: async () => false,
    logger: { debug: () => {}, warn: text => void warnings.push(text) },
  })
  return { name, asked, noted, warnings }
}

describe('the default keyring, and what is in use', () => {
  it('nothing in use: all that may be used unnamed are asked, and nothing is noted', async () => {
    const { name, asked, noted } = await find({ working: ['pass', 'libsecret', 'file'] })
    assert.deepEqual([name, asked.sort(), noted], ['pass', ['file', 'pass', 'secret-service'], []])
  })
  it('nothing in use: a better one that is there and slow is asked again, and no other', async () => {
    const working = ['secret-service', 'pass', 'file']
    const { name, asked, warnings } = await find({ working, slow: { 'secret-service': 3, libsecret: 9 } })
    assert.deepEqual(
      [name, asked.sort().join(' '), warnings],
      ['secret-service', 'file pass secret-service secret-service secret-service secret-service', []],
    )
  })
  it('nothing in use: one that never answers is given up, which is said', async () => {
    const { name, asked, warnings } = await find({ working: ['pass'], slow: { 'secret-service': 99, file: 99 } })
    assert.deepEqual([name, asked.filter(name => name === 'secret-service').length, asked.length], ['pass', 5, 7])
    assert.deepEqual(warnings, [
      'using the keyring "pass", since "secret-service", which would come first, did not answer',
    ])
  })
  it('in use in these surroundings: nobody is asked', async () => {
    const inUse = { backend: 'pass', surroundings: ['desk'] }
    assert.deepEqual(await find({ inUse, working: [] }), { name: 'pass', asked: [], noted: [], warnings: [] })
  })
  it('in use elsewhere: it alone is asked, and stays though a better one works', async () => {
    const { name, asked, noted } = await find({
      inUse: { backend: 'pass', surroundings: ['desk'] },
      surroundings: 'ssh',
      working: ['secret-service', 'pass', 'file'],
    })
    assert.deepEqual([name, asked], ['pass', ['pass']])
    assert.deepEqual(noted, [{ backend: 'pass', surroundings: ['ssh', 'desk'] }])
  })
  it('in use elsewhere and not working here: said, and nothing else is taken', async () => {
    const inUse = { backend: 'secret-service', surroundings: ['desk'] }
    await assert.rejects(find({ inUse, surroundings: 'ssh', working: ['pass', 'file'] }), {
      code: 'ERR_KEYRING_UNAVAILABLE',
      message: 'the keyring "secret-service", in which your keys are, does not work here: no daemon',
      hint: /--backend/,
    })
  })
  it('in use, and no longer among those that come with us', async () => {
    const inUse = { backend: 'kwallet', surroundings: ['before'] }
    await assert.rejects(find({ inUse }), {
      code: 'ERR_KEYRING_UNAVAILABLE',
      message: /does not come with this version/,
    })
  })
  it('eight surroundings are remembered, the last ones', () => {
    let inUse: BackendInUse = { backend: 'pass', surroundings: [] }
    for (const one of 'abcdefghijc') inUse = withSurroundings(inUse, one)
    assert.deepEqual(inUse.surroundings, [...'cjihgfed'])
    assert.deepEqual(withoutSurroundings(inUse, 'j').surroundings, [...'cihgfed'])
  })
  it('surroundings differ by bus, display, SSH, WSL, parts and options, and by nothing else', () => {
    const of = (environment: Record<string, string>, parts = ['file=x@1']): string =>
      describeSurroundings(environment, parts, ['AWS_VAULT_FILE_DIR'])
    const desk = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1/bus', DISPLAY: ':0' }
    const others = [
      of({ ...desk, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/tmp/other' }),
      of({ DBUS_SESSION_BUS_ADDRESS: desk.DBUS_SESSION_BUS_ADDRESS }),
      of({ ...desk, SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }),
      of({ ...desk, WSL_DISTRO_NAME: 'Debian' }),
      of({ ...desk, AWS_VAULT_FILE_DIR: '/x' }),
      of(desk, ['file=x@2']),
    ]
    assert.equal(new Set([of(desk), ...others]).size, 7)
    assert.equal(of({ ...desk, AWS_PROFILE: 'x' }), of(desk))
    assert.equal(of({ SSH_CONNECTION: 'one' }), of({ SSH_CONNECTION: 'other' }))
  })
})
