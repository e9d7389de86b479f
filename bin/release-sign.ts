/**
 * Signs what `npm run pack` wrote: manifests, lists of versions, checksums.
 *
 *     AWS_VAULT_RELEASE_KEY="$(cat release.key)" npm run release-sign -- release
 *     npm run release-sign -- release --key release.key
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { signSite } from './pack/sign.ts'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { key: { type: 'string' } } })
const secret = values.key === undefined ? process.env.AWS_VAULT_RELEASE_KEY : readFileSync(values.key, 'utf8')
if (!secret) throw new Error('no key: name its file by --key, or set AWS_VAULT_RELEASE_KEY to its text')
for (const file of signSite(positionals[0] ?? 'release', secret)) process.stdout.write(`signed ${file}\n`)
