import { firstRegionOf } from '../credentials/partition.ts'

/** Where the console of a partition of AWS is. */
export interface ConsoleHosts {
  /** The host that takes federated sign-ins. */
  readonly signIn: string
  /** The same service, in the one region that also signs out and then goes on to a sign-in. */
  readonly signOut: string
  /** The console; regions and services have names below it. */
  readonly console: string
}

interface Domains {
  readonly signIn: string
  readonly console: string
  /** Whether AWS names only hosts with a region in front. */
  readonly isRegional?: true
}

/**
 * Sign-in: the endpoint rules of AWS's own client for the sign-in service, and the SAML audiences of AWS's construct
 * library. Console: AWS's documentation for `aws`, `aws-cn`, `aws-us-gov` and `aws-eusc`; the console's own list of
 * endpoints for `aws-iso-b`; AWS's landing zone for `aws-iso-e`. Those of `aws-iso` and `aws-iso-f` are not public, and
 * are taken to be named like their siblings.
 */
const DOMAINS: Readonly<Record<string, Domains>> = {
  aws: { signIn: 'signin.aws.amazon.com', console: 'console.aws.amazon.com' },
  'aws-cn': { signIn: 'signin.amazonaws.cn', console: 'console.amazonaws.cn' },
  'aws-us-gov': { signIn: 'signin.amazonaws-us-gov.com', console: 'console.amazonaws-us-gov.com' },
  'aws-iso': { signIn: 'signin.c2shome.ic.gov', console: 'console.c2shome.ic.gov' },
  'aws-iso-b': { signIn: 'signin.sc2shome.sgov.gov', console: 'console.sc2shome.sgov.gov' },
  'aws-iso-e': { signIn: 'signin.csphome.adc-e.uk', console: 'console.csphome.adc-e.uk', isRegional: true },
  'aws-iso-f': { signIn: 'signin.csphome.hci.ic.gov', console: 'console.csphome.hci.ic.gov', isRegional: true },
  'aws-eusc': { signIn: 'signin.amazonaws-eusc.eu', console: 'console.amazonaws-eusc.eu', isRegional: true },
}

/** The hosts of a partition; `undefined` for one that nobody knows yet. Pure. */
export function consoleHosts(partition: string): ConsoleHosts | undefined {
  const domains = Object.hasOwn(DOMAINS, partition) ? DOMAINS[partition] : undefined
  if (domains === undefined) return undefined
  const signOut = `${firstRegionOf(partition) ?? 'us-east-1'}.${domains.signIn}`
  return { signIn: domains.isRegional ? signOut : domains.signIn, signOut, console: domains.console }
}
