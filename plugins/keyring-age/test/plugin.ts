/**
 * A plugin of age for tests, run by age itself as `age-plugin-test`: it "encrypts" by leaving the file key as it is, and asks
 * for a touch before it gives it back. Protocol: https://c2sp.org/age-plugin
 */
interface Stanza {
  readonly args: readonly string[]
  readonly body: string
}

/** An encoding that ends in the checksum of BIP 173, of no data at all: `age1test1...`. */
export function bech32(prefix: string): string {
  const values = [...prefix].map(character => character.charCodeAt(0))
  const input = [...values.map(value => value >> 5), 0, ...values.map(value => value & 31), 0, 0, 0, 0, 0, 0]
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
  const checksum = input.reduce((sum, value) => {
    const mixed = ((sum & 0x1ffffff) << 5) ^ value
    return generator.reduce((all, mask, bit) => ((sum >>> 25) & (1 << bit) ? all ^ mask : all), mixed)
  }, 1)
  const letters = [25, 20, 15, 10, 5, 0].map(
    shift => 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'[((checksum ^ 1) >>> shift) & 31],
  )
  return `${prefix}1${letters.join('')}`
}

async function* stanzas(): AsyncGenerator<Stanza> {
  let args: string[] | undefined
  let body = ''
  let rest = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (args === undefined) {
        args = line.split(' ').slice(1)
      } else {
        body += line
        if (line.length === 64) continue
        yield { args, body }
        args = undefined
        body = ''
      }
    }
  }
}

if (import.meta.main) {
  const input = stanzas()
  const next = async (): Promise<Stanza> => (await input.next()).value as Stanza
  const tell = (args: string, body = ''): boolean => process.stdout.write(`-> ${args}\n${body}\n`)
  const keys: string[] = []
  for (let stanza = await next(); stanza.args[0] !== 'done'; stanza = await next()) {
    if (stanza.args[0] === 'wrap-file-key') keys.push(`recipient-stanza 0 test\n${stanza.body}`)
    if (stanza.args[0] === 'recipient-stanza' && stanza.args[2] === 'test') keys.push(`file-key 0\n${stanza.body}`)
  }
  if (process.argv.includes('--age-plugin=identity-v1')) {
    tell('msg', Buffer.from('touch your key').toString('base64').replace(/=+$/, ''))
    await next()
  }
  for (const key of keys) {
    process.stdout.write(`-> ${key}\n`)
    await next()
  }
  tell('done')
  process.exit()
}
