import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVaultError } from '@aws-vault/plugin-sdk'
import fc from 'fast-check'
import { consoleDestination } from './destination.ts'

const host = 'console.aws.amazon.com'
const at = `https://eu-west-1.${host}`
const to = (path?: string, region: string | undefined = 'eu-west-1'): string =>
  consoleDestination({ host, region, path })

describe('a destination in the console', () => {
  const rows: readonly (readonly [path: string | undefined, destination: string])[] = [
    [undefined, `${at}/console/home?region=eu-west-1`],
    ['', `${at}/console/home?region=eu-west-1`],
    ['s3', `${at}/s3?region=eu-west-1`],
    ['console.aws.amazon.com/s3', 'https://console.aws.amazon.com/s3'],
    ['eu-west-3.Console.aws.amazon.com/ec2/home#x', 'https://eu-west-3.console.aws.amazon.com/ec2/home#x'],
    ['ec2/instances', `${at}/ec2/home?region=eu-west-1#Instances:`],
    ['dynamodb', `${at}/dynamodbv2/home?region=eu-west-1`],
    ['/ec2/v2/home', `${at}/ec2/v2/home?region=eu-west-1`],
    ['ec2/v2/home?x=1#a b', `${at}/ec2/v2/home?x=1&region=eu-west-1#a%20b`],
    ['ec2/home?region=us-east-1#Instances:', `${at}/ec2/home?region=us-east-1#Instances:`],
    [
      'cloudwatch/home#logsV2:log-groups/log-group/$252Faws$252Flambda',
      `${at}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda`,
    ],
    ['s3/buckets/x?prefix=a%2Fb+c', `${at}/s3/buckets/x?prefix=a%2Fb+c&region=eu-west-1`],
    ['constructor', `${at}/constructor?region=eu-west-1`],
    [`https://${host}/s3/home`, `https://${host}/s3/home`],
    [`HTTPS://US-EAST-1.${host}/s3?a=b#c`, `https://us-east-1.${host}/s3?a=b#c`],
    [`https://s3.${host}/`, `https://s3.${host}/`],
    [`https://123456789012-ab12cd34.us-east-1.${host}/ec2/home`, `https://us-east-1.${host}/ec2/home`],
  ]
  for (const [path, destination] of rows) it(`${path}`, () => assert.equal(to(path), destination))

  it('has no region where none is known', () => {
    assert.equal(consoleDestination({ host }), `https://${host}/`)
    assert.equal(consoleDestination({ host, path: 's3' }), `https://${host}/s3`)
  })
})

const refused = (path: string, region?: string): void =>
  assert.throws(
    () => to(path, region),
    error => isVaultError(error, 'ERR_CONSOLE_PATH'),
    JSON.stringify(path),
  )

describe('what leads out of the console', () => {
  const paths = [
    ...['https://evil.example.com/', 'http://console.aws.amazon.com/', '//evil.example.com', '///evil.example.com'],
    ...['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://console.aws.amazon.com/'],
    ...['https:evil.example.com', 'https:/evil.example.com', 'https:///evil.example.com', 'https://'],
    ...[
      `https://${host}@evil.example.com/`,
      `https://user@${host}/`,
      `https://user:pass@${host}/`,
      `https://@${host}/`,
    ],
    ...[
      `https://${host}:8443/`,
      `https://${host}:443/`,
      `https://${host}./`,
      `https://.${host}/`,
      `https://a..${host}/`,
    ],
    ...[`https://evil${host}/`, `https://${host}.evil.example.com/`, `https://evil.example.com/${host}`],
    ...[`https://evil.example.com#.${host}`, `https://evil.example.com?.${host}`, `https://evil.example.com\\.${host}`],
    ...[`https://console.aws.аmazon.com/`, `https://cоnsole.aws.amazon.com/`, 'https://console.aws.amazon。com/'],
    ...[
      `https://xn--cnsole-2we.aws.amazon.com/`,
      `https://ｃonsole.aws.amazon.com/`,
      `https://%63onsole.aws.amazon.com/`,
    ],
    ...[
      '\\\\evil.example.com',
      '/\\evil.example.com',
      's3\\..',
      '..',
      '../x',
      's3/../../x',
      's3/%2e%2E/x',
      '/./x',
      's3/.%2e',
    ],
    ...[
      `https://${host}/a/../b`,
      `https://${host}/%2e%2e/b`,
      's3\n',
      's3\r\nX: y',
      's3\0',
      's3\u202e',
      '\thttps://evil.example.com',
    ],
    ...[
      'https://console.amazonaws.cn/',
      'https://signin.aws.amazon.com/',
      'https://aws.amazon.com/',
      ' https://evil.example.com',
    ],
  ]
  for (const path of paths.slice(0, -1)) it(JSON.stringify(path), () => refused(path))

  it('is a path where it only looks like an address', () => {
    assert.equal(to(paths.at(-1)), `${at}/%20https://evil.example.com?region=eu-west-1`)
    assert.equal(
      to('s3/home?next=https://evil.example.com'),
      `${at}/s3/home?next=https://evil.example.com&region=eu-west-1`,
    )
    assert.equal(to('@evil.example.com'), `${at}/@evil.example.com?region=eu-west-1`)
  })

  it('is a region that is none', () => {
    for (const region of ['evil.example.com/', 'a.b', 'eu-west-1.evil', '@x', 'EU-WEST-1', '']) refused('s3', region)
  })

  it('never comes out, whatever goes in', () => {
    const part = fc.constantFrom(
      'https:',
      '/',
      '//',
      '\\',
      '@',
      ':',
      '..',
      '.',
      '%2e',
      host,
      'evil.example.com',
      '?',
      '#',
      's3',
      'ａ',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(part).map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(text, path => {
        let destination: string
        try {
          destination = to(path)
        } catch (error) {
          return isVaultError(error, 'ERR_CONSOLE_PATH')
        }
        const { protocol, hostname, username, password, port } = new URL(destination)
        const isInside = hostname === host || hostname.endsWith(`.${host}`)
        return protocol === 'https:' && isInside && username + password + port === '' && !destination.includes('\\')
      }),
      { numRuns: 5000 },
    )
  })
})
