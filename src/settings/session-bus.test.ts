import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseBusAddress } from '@aws-vault/plugin-sdk/dbus'
import { sessionBusAddress } from './session-bus.ts'

it('is where the environment says, else in the directory of the login session', () => {
  const DBUS_SESSION_BUS_ADDRESS = 'unix:abstract=/tmp/dbus-x'
  assert.equal(
    sessionBusAddress({ DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR: '/run/user/1' }),
    DBUS_SESSION_BUS_ADDRESS,
  )
  assert.equal(sessionBusAddress({ XDG_RUNTIME_DIR: '/run/user/1' }), 'unix:path=/run/user/1/bus')
  assert.equal(sessionBusAddress({ DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '' }), undefined)
  assert.equal(sessionBusAddress({ XDG_RUNTIME_DIR: 'relative' }), undefined)
})

it('survives a directory of any name', () => {
  const XDG_RUNTIME_DIR = '/tmp/a b,c;d=ü%20'
  assert.deepEqual(parseBusAddress(sessionBusAddress({ XDG_RUNTIME_DIR }) ?? ''), [
    { socket: `${XDG_RUNTIME_DIR}/bus` },
  ])
})
