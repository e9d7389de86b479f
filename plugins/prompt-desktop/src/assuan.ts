/** A line that an Assuan server says (GnuPG, "The Assuan protocol"). */
export interface Reply {
  readonly kind: 'OK' | 'ERR' | 'D'
  /** What stands behind the word, decoded. */
  readonly text: string
  /** Of an ERR: GnuPG's number, without the bits that say who reports it. */
  readonly number: number
}

/** Text for a command: the protocol ends a line at its end, and reads `%` and two digits as one byte. */
export const encodeText = (text: string): string =>
  text.replace(/[%\r\n]/g, character => (character === '%' ? '%25' : character === '\r' ? '%0D' : '%0A'))

/** What a server said; status lines and remarks are left out. */
export function decodeLines(output: Buffer): Reply[] {
  return output
    .toString('latin1')
    .split('\n')
    .flatMap(line => {
      const [, kind, rest = ''] = /^(OK|ERR|D)(?: (.*))?$/.exec(line.replace(/\r$/, '')) ?? []
      if (kind === undefined) return []
      return { kind: kind as Reply['kind'], text: decodeText(rest), number: (Number.parseInt(rest, 10) || 0) & 0xffff }
    })
}

const decodeText = (latin1: string): string =>
  Buffer.from(
    latin1.replace(/%([0-9A-Fa-f]{2})/g, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16))),
    'latin1',
  ).toString('utf8')
