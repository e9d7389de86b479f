import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testContext } from '@aws-vault/plugin-sdk/testkit'
import provider from '../src/index.ts'
import { Broker, SESSION, TOKEN } from './broker.ts'

test('asks for the token where none is given', async () => {
  await using broker = await Broker.start()
  const context = testContext({ answers: [TOKEN] })
  const parameters = { broker_url: `${broker.url}/ok`, broker_role: 'reader' }
  const { accessKeyId } = await provider.resolve({ provider: 'broker', profile: 'work', parameters }, {}, context)
  assert.equal(accessKeyId, SESSION.accessKeyId)
  assert.deepEqual(
    context.questions.map(({ message, secret }) => [message, secret]),
    [[`Token of ${new URL(broker.url).host} for profile work`, true]],
  )
})
