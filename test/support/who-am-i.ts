/** A program such as users run: it finds its credentials by the AWS SDK's default chain, and says who it is. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}))
process.stdout.write(`${Arn}\n`)
