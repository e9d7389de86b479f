/** What a link that signs in to the console is made of. */
export interface LoginLink {
  /** The address of the federation endpoint. */
  readonly endpoint: string
  readonly destination: string
  /** Of getSigninToken; good for 15 minutes. */
  readonly signInToken: string
}

/** Said to AWS as the place to sign in again. */
const ISSUER = 'aws-vault'

/**
 * The link that signs a browser in to the console (IAM User Guide, "Enabling custom identity broker access to the AWS
 * console"). Pure.
 */
export function loginLink({ endpoint, destination, signInToken }: LoginLink): string {
  const query = { Action: 'login', Issuer: ISSUER, Destination: destination, SigninToken: signInToken }
  return `${endpoint}?${new URLSearchParams(query)}`
}

/** A link that ends the browser's console session first, and then goes on to `link`. Pure. */
export function logoutLink(endpoint: string, link: string): string {
  const url = new URL(endpoint)
  return `${url.origin}/oauth?${new URLSearchParams({ Action: 'logout', redirect_uri: link })}`
}
