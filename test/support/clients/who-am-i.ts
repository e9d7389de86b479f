/** A program that runs for long: at each line on stdin it says who it is, with one client of the AWS SDK. */
import { createInterface } from 'node:readline'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const client = new STSClient({})
for await (const _ of createInterface({ input: process.stdin })) {
  const { Arn } = await client.send(new GetCallerIdentityCommand({}))
  process.stdout.write(`${Arn}\n`)
}
