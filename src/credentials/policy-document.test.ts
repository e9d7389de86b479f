import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { policyDocument } from './policy-document.ts'

const statement = '"Statement": [ { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" } ]'

describe('a session policy', () => {
  it('is made as short as it can be', () => {
    const text = `\uFEFF{\r\n\t"Version": "2012-10-17",\n  ${statement}\n}\n`
    assert.equal(
      policyDocument(text, 'p.json'),
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}',
    )
  })

  it('has nothing in it but what AWS takes, and means the same', () => {
    const policy = { Id: 'ü 日本 🦊', Statement: [] }
    const document = policyDocument(JSON.stringify(policy), 'p.json')
    assert.match(document, /^[\x20-\xff]+$/)
    assert.deepEqual(JSON.parse(document), policy)
  })

  const sized = (length: number): string => {
    const policy = { Id: '', Statement: [] }
    return JSON.stringify({ ...policy, Id: 'x'.repeat(length - JSON.stringify(policy).length) }, null, 4)
  }
  it('may be 2048 characters long, blanks not counted', () => {
    assert.equal(policyDocument(sized(2048), 'p.json').length, 2048)
  })

  const refused: readonly [name: string, text: string, message: RegExp][] = [
    ['too long', sized(2049), /^the policy file p\.json has 2049 characters without its blanks, but AWS takes 2048/],
    ['empty', '', /^the policy file p\.json is not JSON$/],
    ['broken', '{"Statement": [] x}', /is not JSON \(line 1 column 18\)$/],
    ['a secret', 'wJalrXUtnFEMI/K7MDENG', /is not JSON$/],
    ['text', '"Statement"', /has no "Statement"/],
    ['a list', '[{"Statement": []}]', /has no "Statement"/],
    ['null', 'null', /has no "Statement"/],
    ['something else', '{"statement": []}', /has no "Statement"/],
  ]
  for (const [name, text, message] of refused) {
    it(`is refused when it is ${name}`, () => {
      assert.throws(() => policyDocument(text, 'p.json'), { code: 'ERR_POLICY_CONTENT', message })
    })
  }
})
