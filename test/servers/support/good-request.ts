import { readFileSync } from 'node:fs'
import { request } from 'node:http'

/** What a request has to which a server gives credentials. */
export interface GoodRequestOf {
  readonly url: URL
  /** The name of the header with the token. */
  readonly header: string
  readonly token: string
}

/** How the credentials of a server are asked for, by what it puts into a program's environment. */
export async function goodRequestOf(
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<GoodRequestOf> {
  if (name === 'ec2') {
    const base = environment.AWS_EC2_METADATA_SERVICE_ENDPOINT
    const url = new URL('/latest/meta-data/iam/security-credentials/local-credentials', base)
    return { url, header: 'X-aws-ec2-metadata-token', token: await metadataToken(new URL('/latest/api/token', base)) }
  }
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI = '', AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file } = environment
  const token = file === undefined ? (environment.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? '') : readFileSync(file, 'utf8')
  return { url: new URL(AWS_CONTAINER_CREDENTIALS_FULL_URI), header: 'Authorization', token }
}

/** By `node:http`: what `fetch` sends looks like a browser's. */
function metadataToken(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' }
    const sent = request(url, { method: 'PUT', headers, agent: false }, response => {
      let body = ''
      response.setEncoding('latin1').on('data', part => {
        body += part
      })
      response.on('end', () => resolve(body))
    })
    sent.on('error', reject).end()
  })
}
