/** A program that lives long: at every line of stdin it says which credentials the SDK for JavaScript would sign with. */
import { createInterface } from 'node:readline'
import { STSClient } from '@aws-sdk/client-sts'

const client = new STSClient({ region: 'eu-west-1' })
for await (const _ of createInterface({ input: process.stdin })) {
  const { accessKeyId } = await client.config.credentials()
  process.stdout.write(`default-chain ${accessKeyId}\n`)
}
