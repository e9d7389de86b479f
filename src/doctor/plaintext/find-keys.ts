import { parseConfig } from '../../aws-config/read-config.ts'
import { linesInHereDocuments } from './here-documents.ts'

/** A key pair that stands in the text of a file. */
export interface FoundKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** The profile that it stands under, in an AWS file. */
  readonly profile?: string
  /** Lines (from 1) that hold it. */
  readonly lines: readonly number[]
  /** Whether it has no session token and is none that ends by itself. */
  readonly isLongLived: boolean
  /** Whether its lines hold nothing else and are no part of a longer text, so that they can be taken out. */
  readonly isRemovable: boolean
}

const keyId = /^A[KS]IA[A-Z0-9]{12,}$/
const secret = /^[\w/+=]{16,}$/

/** The key pairs in AWS's credentials or config file. Pure. */
export function keysInAwsFile(text: string, file: string): FoundKey[] {
  return [...parseConfig(text, file).sections.values()].flatMap(({ name, values }) => {
    const lower = new Map([...values].map(([key, value]) => [key.toLowerCase(), value]))
    const [id, key] = [lower.get('aws_access_key_id'), lower.get('aws_secret_access_key')]
    const token = lower.get('aws_session_token') ?? lower.get('aws_security_token')
    if (id === undefined || key === undefined || !keyId.test(id.value) || !secret.test(key.value)) return []
    return [
      {
        accessKeyId: id.value,
        secretAccessKey: key.value,
        profile: name,
        lines: [id, key, ...(token === undefined ? [] : [token])].map(({ line }) => line).sort((a, b) => a - b),
        isLongLived: token === undefined && id.value.startsWith('AKIA'),
        isRemovable: true,
      },
    ]
  })
}

const assignment =
  /\b(AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_SECURITY_TOKEN)(?:\s*=\s*|\s+)(?:"([^"]*)"|'([^']*)'|([^\s;&|#"'`]+))/g

/** What may stand on a line beside assignments. */
const around = /^(?:\s|;|(?:export|set|setenv|declare|typeset)(?![^\s])|-(?:gx|x|gxU|Ux|xg|g)(?![^\s])|#.*$)*$/

/** What ends or joins other things than assignments. */
const partOfMore = /;;|&&|\|\||[{}]/

/** The key pairs that are assigned in a shell's start file or in a `.env` file. Pure. */
export function keysInAssignments(text: string): FoundKey[] {
  const found: FoundKey[] = []
  let open = emptyPair()
  const lines = text.split(/\r?\n/)
  const quoted = linesInHereDocuments(lines)
  lines.forEach((line, index) => {
    if (/^\s*#/.test(line)) return
    const assigned = [...line.matchAll(assignment)]
    if (assigned.length === 0) return
    const rest = line.replace(assignment, '')
    const goesOn = lines[index - 1]?.endsWith('\\') ?? false
    const isOnly = around.test(rest) && !partOfMore.test(rest) && !goesOn && !quoted.has(index + 1)
    for (const [, name = '', ...values] of assigned) {
      const value = values.find(it => it !== undefined) ?? ''
      if (name === 'AWS_ACCESS_KEY_ID') {
        found.push(...closed(open))
        open = { ...emptyPair(), ...(open.id === undefined ? open : {}), id: value }
      } else if (name === 'AWS_SECRET_ACCESS_KEY') {
        if (open.key !== undefined) {
          found.push(...closed(open))
          open = emptyPair()
        }
        open = { ...open, key: value }
      } else {
        open = { ...open, token: value }
      }
      open = { ...open, lines: [...open.lines, index + 1], isOnly: open.isOnly && isOnly }
    }
  })
  return [...found, ...closed(open)]
}

interface OpenPair {
  readonly id?: string
  readonly key?: string
  readonly token?: string
  readonly lines: readonly number[]
  readonly isOnly: boolean
}

const emptyPair = (): OpenPair => ({ lines: [], isOnly: true })

function closed({ id, key, token, lines, isOnly }: OpenPair): FoundKey[] {
  if (id === undefined || key === undefined || !keyId.test(id) || !secret.test(key)) return []
  return [
    {
      accessKeyId: id,
      secretAccessKey: key,
      lines: [...new Set(lines)],
      isLongLived: !token && id.startsWith('AKIA'),
      isRemovable: isOnly,
    },
  ]
}
