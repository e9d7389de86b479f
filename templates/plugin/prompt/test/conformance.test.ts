import { testPrompt } from '@aws-vault/plugin-sdk/testkit'
import prompt from '../src/index.ts'
import { ProgramDesk } from './program-desk.ts'

testPrompt({
  name: '{{name}}',
  prompt,
  sitDown: () => ProgramDesk.open(),
  nobody: { options: { program: '/nowhere/ask' } },
})
