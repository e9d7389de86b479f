import { BusError } from './errors.ts'

/** Arrays and structs within each other; the specification allows 32 of each. */
const DEEPEST = 64

/** The complete types of which a signature consists: `sa{sv}(oayays)b` is `s`, `a{sv}`, `(oayays)`, `b`. */
export function completeTypes(signature: string): string[] {
  const types: string[] = []
  for (let start = 0; start < signature.length; ) {
    const end = endOfType(signature, start, 0)
    types.push(signature.slice(start, end))
    start = end
  }
  return types
}

function endOfType(signature: string, start: number, depth: number): number {
  const code = signature[start]
  if (code === undefined || depth > DEEPEST) throw malformed(signature)
  if (code === 'a') return endOfType(signature, start + 1, depth + 1)
  if (code === '(' || code === '{') {
    const closing = code === '(' ? ')' : '}'
    let end = start + 1
    while (signature[end] !== closing) end = endOfType(signature, end, depth + 1)
    return end + 1
  }
  if (!'ybnqiuxtdsogv'.includes(code)) throw malformed(signature)
  return start + 1
}

/** The multiple of bytes, from the start of the message, at which a value of that type begins. */
export function alignmentOf(type: string): number {
  switch (type[0]) {
    case 'y':
    case 'g':
    case 'v':
      return 1
    case 'n':
    case 'q':
      return 2
    case 'x':
    case 't':
    case 'd':
    case '(':
    case '{':
      return 8
    default:
      return 4
  }
}

const malformed = (signature: string): BusError =>
  new BusError('malformed', `"${signature}" is not a D-Bus signature that we know`)
