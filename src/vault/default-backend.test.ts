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
  names = ['secret-service', 'pass', 'libsecret', 'file'],
}: {
  inUse?: BackendInUse
  surroundings?: string
  working?: readonly string[]
  names?: readonly string[]
}): Promise<{ name: string; asked: string[]; noted: BackendInUse[] }> {
  const asked: string[] = []
  const noted: BackendInUse[] = []
  const name = await defaultBackend({
    names,
    surroundings,
    inUse,
    remember: async inUse => void noted.push(inUse),
    availability: async (name): Promise<Availability> => {
      asked.push(name)
      return working.includes(name) ? { available: true } : { available: false, reason: 'no daemon' }
    },
    holdsKeys: async () => false,
    logger: { debug: () => {}, warn: () => {} },
  })
  return { name, asked, noted }
}

describe('the default keyring, and what is in use', () => {
  it('nothing in use: all that may be used unnamed are asked, and nothing is noted', async () => {
    const { name, asked, noted } = await find({ working: ['pass', 'libsecret', 'file'] })
    assert.deepEqual([name, asked.sort(), noted], ['pass', ['file', 'pass', 'secret-service'], []])
  })
  it('in use in these surroundings: nobody is asked', async () => {
    const inUse = { backend: 'pass', surroundings: ['desk'] }
    assert.deepEqual(await find({ inUse, working: [] }), { name: 'pass', asked: [], noted: [] })
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
