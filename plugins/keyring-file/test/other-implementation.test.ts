// Another implementation of JWE, written by others in another language, must understand our files and we its.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { item, textOf } from '@aws-vault/plugin-sdk/testkit'
import { makeDirectory, openVault } from './vault.ts'

const python = process.env.AWS_VAULT_TEST_PYTHON
const missing = 'AWS_VAULT_TEST_PYTHON names no Python with the package jwcrypto'
const passphrase = 'pässwörd-✓'

const program = `
import json, sys
from jwcrypto import jwe, jwk
work = json.load(sys.stdin)
key = jwk.JWK.from_password(work["passphrase"])
algorithms = ["PBES2-HS256+A128KW", "A256GCM"]
if "open" in work:
    token = jwe.JWE(algs=algorithms)
    token.deserialize(work["open"], key)
    json.dump({"plaintext": token.payload.decode(), "header": token.jose_header}, sys.stdout)
else:
    header = {"alg": algorithms[0], "enc": algorithms[1], "created": "now"}
    token = jwe.JWE(work["seal"], json.dumps(header), algs=algorithms, recipient=key)
    sys.stdout.write(token.serialize(compact=True))
`

function runPython(work: object): string {
  assert.ok(python)
  const { status, stdout, stderr } = spawnSync(python, ['-c', program], {
    input: JSON.stringify(work),
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
  return stdout
}

// Without it a continuous integration run would be green for nothing.
const skip = python === undefined && process.env.CI !== 'true' && missing

it('reads what we write', { skip }, async () => {
  assert.ok(python, missing)
  using directory = makeDirectory()
  const vault = await openVault(directory.path, passphrase, { options: { workFactor: 8192 } })
  await vault.set(item('dev'))
  const { plaintext, header } = JSON.parse(
    runPython({ passphrase, open: readFileSync(join(directory.path, 'dev'), 'utf8') }),
  )
  assert.equal(header.p2c, 8192)
  assert.deepEqual(JSON.parse(plaintext), {
    Key: 'dev',
    Data: Buffer.from(item('dev').data).toString('base64'),
    Label: 'aws-vault (dev)',
    Description: '',
    KeychainNotTrustApplication: true,
    KeychainNotSynchronizable: false,
  })
})

it('writes what we read', { skip }, async () => {
  assert.ok(python, missing)
  using directory = makeDirectory()
  const stored = JSON.stringify({ Key: 'dev', Data: Buffer.from('from afar').toString('base64') })
  writeFileSync(join(directory.path, 'dev'), runPython({ passphrase, seal: stored }))
  assert.equal(textOf(await (await openVault(directory.path, passphrase)).get('dev')), 'from afar')
})
