// Run in a process of its own: replaces the item "dev" and kills itself at a certain point of that.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { item, testContext } from '@aws-vault/plugin-sdk/testkit'
import backend from '../src/index.ts'

const [dir = '', recipients = '', identity = '', when, name = ''] = process.argv.slice(2)
const keyring = await backend.open(testContext({ options: { dir, recipients, identity } }))
const die = (): boolean => process.kill(process.pid, 'SIGKILL')
const original = Reflect.get(fs, name)
Object.assign(fs, {
  [name]: (...parameters: [unknown, Uint8Array]) => {
    if (when === 'before') die()
    if (when === 'half') parameters[1] = parameters[1].subarray(0, parameters[1].length / 2)
    const result = original(...parameters)
    die()
    return result
  },
})
syncBuiltinESMExports()
await keyring.set(item('dev', 'new'))
