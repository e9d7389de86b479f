import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import type { HttpRequest } from './http-message.ts'
import { Sha256 } from './signed-call.ts'
import { canonicalRequest, parseAuthorization, signatureOf } from './sigv4.ts'

// The example of "Create a signed AWS API request" in the AWS documentation.
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const listUsers: HttpRequest = {
  method: 'GET',
  path: '/',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: {
    host: ['iam.amazonaws.com'],
    'content-type': ['application/x-www-form-urlencoded; charset=utf-8'],
    'x-amz-date': ['20150830T123600Z'],
  },
  body: Buffer.alloc(0),
}
const scope = { date: '20150830', region: 'us-east-1', service: 'iam', terminator: 'aws4_request' }

describe('sigv4', () => {
  it('signs the example of the AWS documentation as the documentation does', () => {
    const signedHeaders = ['content-type', 'host', 'x-amz-date']
    assert.equal(
      signatureOf(listUsers, { ...scope, signedHeaders }, '20150830T123600Z', secretAccessKey),
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    )
  })

  it('agrees with the signer of the AWS SDK on any query, header and body', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 })
    const headerValue = fc.stringMatching(/^[!-~]( {0,2}[!-~]){0,8}$/)
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          text.filter(name => name !== '' && name !== '__proto__'),
          text,
          { maxKeys: 5 },
        ),
        headerValue,
        fc.string(),
        fc.array(fc.stringMatching(/^[a-z0-9~_-]{1,5}$/), { maxLength: 3 }),
        async (query, header, body, segments) => {
          const path = `/${segments.join('/')}`
          const signer = new SignatureV4({
            credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey },
            service: 'iam',
            region: 'us-east-1',
            sha256: Sha256,
          })
          const headers = { host: 'iam.amazonaws.com', 'x-amz-meta': header }
          const { headers: signed } = await signer.sign(
            { method: 'POST', protocol: 'https:', hostname: 'iam.amazonaws.com', path, query, headers, body },
            { signingDate: new Date('2015-08-30T12:36:00Z') },
          )
          const received: HttpRequest = {
            method: 'POST',
            path,
            query: Object.entries(query)
              .map(pair => pair.map(encodeURIComponent).join('='))
              .join('&'),
            headers: Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, [value]])),
            body: Buffer.from(body),
          }
          const authorization = parseAuthorization(received)
          assert.equal(
            signatureOf(received, authorization, '20150830T123600Z', secretAccessKey),
            authorization.signature,
          )
        },
      ),
      { numRuns: 200 },
    )
  })

  it('normalises and encodes paths, squeezes header values and joins repeated ones', () => {
    const request: HttpRequest = {
      method: 'GET',
      path: '/a/./b/../c%20d/',
      query: 'b=2&a=%C3%A4&a=1&flag',
      headers: { host: ['  x   y '], 'my-list': ['1', '2'] },
      body: Buffer.alloc(0),
    }
    assert.deepEqual(canonicalRequest(request, ['host', 'my-list']).split('\n').slice(0, 7), [
      'GET',
      '/a/c%2520d/',
      'a=%C3%A4&a=1&b=2&flag=',
      'host:x y',
      'my-list:1,2',
      '',
      'host;my-list',
    ])
  })

  it('refuses what is not a whole SigV4 signature', () => {
    const refusal = (authorization: string | undefined, date = '20150830T123600Z') => {
      const headers = {
        ...(authorization === undefined ? {} : { authorization: [authorization] }),
        'x-amz-date': [date],
      }
      try {
        parseAuthorization({ ...listUsers, headers })
        return undefined
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    const credential = 'Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request'
    assert.equal(refusal(`AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=00`), undefined)
    assert.equal(refusal(`AWS4-HMAC-SHA256 ${credential},SignedHeaders=host,Signature=00`), undefined)
    assert.equal(refusal(undefined), 'MissingAuthenticationToken')
    assert.equal(refusal('Basic YWxpY2U6c2VjcmV0'), 'IncompleteSignature')
    assert.equal(refusal(`AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host`), 'IncompleteSignature')
    assert.equal(
      refusal(`AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=00`, 'today'),
      'IncompleteSignature',
    )
    assert.equal(
      refusal('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/iam, SignedHeaders=host, Signature=00'),
      'IncompleteSignature',
    )
  })
})
