import { VaultError } from '@aws-vault/plugin-sdk'
import { servicePage } from './service-pages.ts'

/** Where in the console a sign-in leads. */
export interface DestinationWish {
  /** The partition's console host, e.g. `console.aws.amazon.com`. */
  readonly host: string
  readonly region?: string | undefined
  /** A service (`s3`), a page (`ec2/instances`), a path of the console, or an address in it. */
  readonly path?: string | undefined
}

const REGION = /^[a-z]{2,8}(?:-[a-z]{1,10})+-\d{1,2}$/

/** What no path and no address has, and what programs on the way may read in another way. */
const ODD_CHARACTERS = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** `.` or `..` as a segment, plain or encoded. */
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:$|\/)/i

/** In front of the region in the address of one of several sessions of a browser: account and a random part. */
const SESSION_LABEL = /^\d{12}-[a-z0-9]+\./

/**
 * The address in the console that a sign-in leads to: nowhere else, whatever the wish says. Pure.
 * @throws VaultError ERR_CONSOLE_PATH for a path or an address that is none of that console
 */
export function consoleDestination({ host, region, path }: DestinationWish): string {
  if (region !== undefined && !REGION.test(region)) {
    throw refused(`the region ${JSON.stringify(region)} is none that the console has`)
  }
  if (path === undefined || path === '') {
    return region === undefined ? `https://${host}/` : `https://${region}.${host}/console/home?region=${region}`
  }
  const shown = JSON.stringify(path)
  if (ODD_CHARACTERS.test(path)) throw refused(`${shown} has characters that no address in the console has`)
  if (isAddress(path)) return addressIn(host, path, shown)
  // As it is copied from where browsers leave the scheme out.
  const [first = ''] = path.toLowerCase().split(/[/?#]/)
  if (first === host || first.endsWith(`.${host}`)) return addressIn(host, `https://${path}`, shown)
  return pathOn(host, region, path, shown)
}

/** Something with a scheme, or with a host in front. */
const isAddress = (path: string): boolean =>
  /^[a-z][a-z0-9+.-]*:(?!:)/i.test(path.split(/[/?#]/)[0] as string) || path.startsWith('//')

function addressIn(host: string, address: string, shown: string): string {
  const [, authority, rest = ''] = /^https:\/\/([^/?#]*)(.*)$/is.exec(address) ?? []
  if (authority === undefined) throw refused(`${shown} is not an https address`)
  // Looked at as it was typed: what the parser makes of other letters may look the same and be elsewhere.
  const typed = authority.toLowerCase()
  const own = typed.replace(SESSION_LABEL, '')
  if (own !== host && !(own.endsWith(`.${host}`) && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(own))) {
    throw refused(`${shown} is not on ${host}`)
  }
  return checked(`https://${own}${rest}`, own, shown, rest)
}

function pathOn(host: string, region: string | undefined, path: string, shown: string): string {
  const full = region === undefined ? host : `${region}.${host}`
  const rest = `/${servicePage(path.replace(/^\//, ''))}`
  const url = new URL(checked(`https://${full}${rest}`, full, shown, rest))
  // Into the query as it stands: writing it anew would change what the page reads.
  if (region !== undefined && !url.searchParams.has('region')) {
    url.search = `${url.search === '' ? '?' : `${url.search}&`}region=${region}`
  }
  return url.href
}

/** The address as parsers of URLs write it, after a look that it leads where it says. */
function checked(address: string, host: string, shown: string, rest: string): string {
  if (DOT_SEGMENT.test(rest.split(/[?#]/)[0] as string)) throw refused(`${shown} leads out of a path by "." or ".."`)
  if (!URL.canParse(address)) throw refused(`${shown} is not an address`)
  const url = new URL(address)
  const isRight = url.protocol === 'https:' && url.host === host && url.username === '' && url.password === ''
  if (!isRight) throw refused(`${shown} is not on ${host}`)
  return url.href
}

function refused(why: string): VaultError {
  return new VaultError('ERR_CONSOLE_PATH', why, {
    hint: 'give a service (--path s3), a path of the console (--path ec2/home#Instances:) or an address that begins with https://',
  })
}
