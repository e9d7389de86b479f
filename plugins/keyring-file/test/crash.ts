// Run in a process of its own: replaces the item "dev" of a vault and kills itself at a certain point of that.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { item } from '@aws-vault/plugin-sdk/testkit'
import { openVault } from './vault.ts'

const [dir = '', when, name] = process.argv.slice(2)
const vault = await openVault(dir, 'p')
// So that only what belongs to the write is counted.
await vault.get('dev')

const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

if (name === 'openSync' || name === 'fsyncSync' || name === 'closeSync' || name === 'renameSync') {
  const original: (...parameters: never[]) => unknown = fs[name]
  replace(name, (...parameters: never[]) => {
    if (when === 'before') die()
    const result = original(...parameters)
    if (when === 'after') die()
    return result
  })
} else {
  const original = fs.writeFileSync
  replace('writeFileSync', (file: number | string, content: string) => {
    original(file, content.slice(0, content.length / 2))
    die()
  })
}
await vault.set(item('dev', 'new'))

function replace(name: string, fake: unknown): void {
  Object.assign(fs, { [name]: fake })
  syncBuiltinESMExports()
}
