import assert from 'node:assert/strict'
import { after } from 'node:test'
import { testProvider } from '@aws-vault/plugin-sdk/testkit'
import provider from '../src/index.ts'
import { Broker, SESSION, TOKEN } from './broker.ts'

const broker = await Broker.start()
after(() => broker[Symbol.asyncDispose]())

const step = (path: string, role: string | null = 'reader') => ({
  provider: 'broker',
  profile: 'work',
  parameters: {
    broker_url: path.startsWith('/') ? broker.url + path : path,
    ...(role === null ? {} : { broker_role: role }),
  },
})
const answers = (path: string) => ({ name: `an answer: ${path}`, step: step(path), code: 'ERR_BROKER_ANSWER' })
const address = (url: string) => ({ name: `an address: ${url}`, step: step(url), code: 'ERR_BROKER_ADDRESS' })

testProvider({
  name: 'broker',
  provider,
  options: { token: TOKEN },
  secrets: [TOKEN, SESSION.secretAccessKey, SESSION.sessionToken],
  succeeds: [
    {
      name: 'a session',
      step: step('/ok'),
      expect: ({ expiration }) => assert.deepEqual(expiration, new Date(SESSION.expiration)),
    },
  ],
  fails: [
    { name: 'no role', step: step('/ok', null), code: 'ERR_BROKER_ROLE' },
    { name: 'a role that is not given', step: step('/ok', 'admin'), code: 'ERR_BROKER_REFUSED' },
    { name: 'nobody there', step: step('http://127.0.0.1:1/'), code: 'ERR_BROKER_REACH' },
    { name: 'an answer that is cut', step: step('/cut'), code: 'ERR_BROKER_REACH' },
    { name: 'an answer without end', step: step('/long'), code: 'ERR_BROKER_REACH' },
    ...['/redirect', '/text', '/endless', '/past'].map(answers),
    ...['', 'broker', 'http://broker.example.com/', 'https://me:secret@broker.example.com/'].map(address),
  ],
  hangs: [{ name: 'a broker that does not answer', step: step('/hang'), begun: () => broker.hangs }],
})
