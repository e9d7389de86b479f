/** Makes a key for signing releases: `npm run release-key -- NAME` writes NAME.key, which is secret, and NAME.pub. */
import { writeFileSync } from 'node:fs'
import { newReleaseKey } from './pack/sign.ts'

const name = process.argv[2] ?? 'release'
const key = newReleaseKey()
// Never over one that is there.
writeFileSync(`${name}.key`, key.secret, { mode: 0o600, flag: 'wx' })
writeFileSync(`${name}.pub`, key.public, { flag: 'wx' })
process.stdout.write(`${name}.key (secret), ${name}.pub\n`)
