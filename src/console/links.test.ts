import assert from 'node:assert/strict'
import { it } from 'node:test'
import { colourOf, containerUrl } from './firefox-container.ts'
import { loginLink, logoutLink } from './links.ts'

const endpoint = 'https://us-east-1.signin.aws.amazon.com/federation'
const destination = 'https://us-west-2.console.aws.amazon.com/console/home?region=us-west-2'

it('a link is the one that the Go tool makes, with every odd character encoded', () => {
  assert.equal(
    loginLink({ endpoint, destination, signInToken: 'signin/token+with=odd&chars' }),
    `${endpoint}?Action=login&Issuer=aws-vault&Destination=https%3A%2F%2Fus-west-2.console.aws.amazon.com%2Fconsole%2Fhome%3Fregion%3Dus-west-2&SigninToken=signin%2Ftoken%2Bwith%3Dodd%26chars`,
  )
})

it('a link by way of the sign-out holds the whole other link', () => {
  const link = loginLink({ endpoint, destination, signInToken: 'a+b/c=&d' })
  const url = new URL(logoutLink(endpoint, link))
  assert.equal(url.origin + url.pathname, 'https://us-east-1.signin.aws.amazon.com/oauth')
  assert.deepEqual(
    [...url.searchParams],
    [
      ['Action', 'logout'],
      ['redirect_uri', link],
    ],
  )
})

it("a container's address comes apart again as the extension takes it apart", () => {
  for (const name of ['work', 'a b&url=https://evil.example.com', 'ä+#%"\'', 'x|y']) {
    const url = 'http://127.0.0.1:4000/abc?d=e&f=%20#g'
    // What Firefox makes of an address of an extension's scheme, and the extension of that.
    const hash = `#${encodeURIComponent(containerUrl(name, url))}`
    const uri = decodeURIComponent(hash.slice(1))
    assert.ok(uri.startsWith('ext+container:') && /^[\x21-\x7e]+$/.test(uri))
    const query = Object.fromEntries(new URLSearchParams(uri.slice('ext+container:'.length)))
    assert.deepEqual(query, { name, color: colourOf(name), icon: 'fingerprint', url })
  }
})

it('profiles have colours of their own, the same each time', () => {
  const names = ['dev', 'test', 'prod', 'admin', 'work', 'home', 'audit', 'billing', 'root', 'ops', 'data', 'web']
  assert.ok(new Set(names.map(colourOf)).size >= 5)
  assert.deepEqual(names.slice(0, 3).map(colourOf), ['pink', 'red', 'purple'])
})
