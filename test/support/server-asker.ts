/** What a server answered a program that was started by `exec`. */
export interface Asked {
  /** What was asked: method, what was appended to the address, which token. */
  readonly name: string
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}

/**
 * A program for Node that writes its `AWS_*` variables to the file named first, as `env` does, asks the server that they
 * name, one request after the other, and writes the answers to the file named second: an array of {@link Asked}. Each
 * address is the variable's with something appended, as in scripts; a variable that names none leaves the second file out.
 */
export const ASKER = `const { writeFileSync } = require('node:fs')
const { request } = require('node:http')
const [dump, answers] = process.argv.slice(1)
const variables = Object.entries(process.env).filter(([name]) => name.startsWith('AWS_'))
writeFileSync(dump, variables.map(([name, value]) => name + '=' + value + '\\n').join(''))
const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = process.env
const ask = (name, { method = 'GET', path = '', authorization = token }) =>
  new Promise((resolve, reject) => {
    const headers = authorization === null ? {} : { authorization }
    request(uri + path, { method, headers, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => { text += part })
      response.on('end', () => resolve({ name, status: response.statusCode, body: JSON.parse(text) }))
    }).on('error', reject).end()
  })
const role = { path: '/role-arn/arn:aws:iam::111111111111:role/One' }
const requests = [
  ['GET', {}],
  ['GET without the token', { authorization: null }],
  ['GET with another token', { authorization: 'x' }],
  ['GET /anything', { path: '/anything' }],
  ['GET /role-arn/One', role],
  ['GET /role-arn/One again', role],
  ['POST', { method: 'POST' }],
]
const all = async () => {
  const given = []
  for (const [name, how] of requests) given.push(await ask(name, how))
  writeFileSync(answers, JSON.stringify(given))
}
if (uri !== undefined) all()
`

/**
 * Answers in words, by what was asked, and the names of the members of those that gave credentials, and of the others.
 * @param origin what credentials are of, by their access key id
 * @param until the end of credentials in words
 */
export function served(
  answers: readonly Asked[],
  origin: (accessKeyId: string) => string,
  until: (end: string) => string,
): Record<string, string> {
  const words = answers.map(({ name, status, body }): [string, string] => {
    const { AccessKeyId: id, Expiration: end } = body
    return [name, id === undefined || end === undefined ? `${status}` : `${status} of ${origin(id)}, ${until(end)}`]
  })
  const members = (given: readonly Asked[]): string =>
    [...new Set(given.flatMap(({ body }) => Object.keys(body)))].sort().join(' ')
  return {
    ...Object.fromEntries(words),
    members: members(answers.filter(({ status }) => status === 200)),
    'members of a refusal': members(answers.filter(({ status }) => status !== 200)),
  }
}
