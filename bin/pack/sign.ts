/** Signs what releases are fetched by, in minisign's format, so that anybody can check it with minisign. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A new key: the secret half as PEM, the public one as `minisign -p` takes it. */
export function newReleaseKey(): { secret: string; public: string } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return { secret, public: publicKeyOf(secret) }
}

/** The public half of a secret key, in minisign's format. */
export function publicKeyOf(secret: string): string {
  const { id, raw } = halves(createPrivateKey(secret))
  const line = Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64')
  return `untrusted comment: aws-vault release key ${id.toString('hex')}\n${line}\n`
}

/**
 * The detached signature of some bytes.
 * @param comment is signed, too; one line
 */
export function signatureOf(data: Uint8Array, secret: string, comment: string): string {
  const key = createPrivateKey(secret)
  const made = sign(null, createHash('blake2b512').update(data).digest(), key)
  const global = sign(null, Buffer.concat([made, Buffer.from(comment)]), key)
  const line = Buffer.concat([Buffer.from('ED'), halves(key).id, made]).toString('base64')
  return `untrusted comment: aws-vault release\n${line}\ntrusted comment: ${comment}\n${global.toString('base64')}\n`
}

/** Signs every manifest, list of versions and list of checksums below a directory. @returns the files */
export function signSite(site: string, secret: string): string[] {
  const files = globSync(['**/*-buildmanifest', 'versions/*.json', '**/SHA256SUMS'], { cwd: site }).sort()
  for (const file of files) {
    const data = readFileSync(join(site, file))
    writeFileSync(join(site, `${file}.minisig`), signatureOf(data, secret, `file:${basename(file)}`))
  }
  return files
}

/** A key's name is eight bytes of its hash; any would do. */
function halves(key: KeyObject): { id: Buffer; raw: Buffer } {
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32)
  return { id: createHash('sha256').update(raw).digest().subarray(0, 8), raw }
}
