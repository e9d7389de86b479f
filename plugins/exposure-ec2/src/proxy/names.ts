/** The address of the instance metadata service: the same on every EC2 instance. */
export const METADATA_ADDRESS = '169.254.169.254'

export const METADATA_PORT = 80

/** The proxy's file without its ending, by which its processes are recognised. */
export const PROXY_FILE = 'metadata-proxy'

/** What the proxy says to whom it was started by, one JSON object a line. */
export type ProxyWord =
  | { readonly word: 'ready' }
  | { readonly word: 'taken'; readonly by: Listener | undefined }
  | { readonly word: 'failed'; readonly message: string }

/** Who listens at the address already. */
export interface Listener {
  readonly processId: number
  readonly userId: number
  readonly userName: string
  /** The name of its program. */
  readonly program: string
  /** The process of ours that it works for, if it is such a proxy; `userId` is then whom it serves. */
  readonly session?: number
}
