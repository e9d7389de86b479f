import assert from 'node:assert/strict'
import { isVaultError } from '../errors.ts'
import { printable } from '../printable.ts'
import type { Prompt, PromptRequest } from '../prompt.ts'
import { type TestContext, type TestContextOptions, testContext } from './context.ts'
import { type Case, type Deviation, runCases } from './deviations.ts'
import { assertNoSecret } from './secrets.ts'

/** A place where questions appear, and the person before it. */
export interface PromptDesk extends AsyncDisposable {
  /** For the prompt's context. */
  readonly context?: Pick<TestContextOptions, 'options' | 'programEnvironment' | 'platform'>
  /** Waits for the question. Gives all the text that the person sees, or `undefined` if that cannot be told. */
  seesQuestion(): Promise<string | undefined>
  /** Types the answer and sends it off. */
  answers(text: string): Promise<void>
  /** Declines to answer. */
  declines(): Promise<void>
  /** Answers a question for yes or no. */
  decides(isYes: boolean): Promise<void>
  /** Waits until no question is seen any more. */
  seesNothing(): Promise<void>
}

/** A prompt and what its suite needs. */
export interface PromptSuite {
  readonly name: string
  readonly prompt: Prompt
  sitDown(): Promise<PromptDesk>
  /** A context in which nobody can be asked. */
  readonly nobody: Pick<TestContextOptions, 'options' | 'programEnvironment' | 'platform'>
  readonly deviations?: readonly Deviation[]
}

/** What must be shown as it stands: quotes, line ends, the languages of shells, markup, formats and toolkits. */
export const ODD_MESSAGES: readonly string[] = [
  'it\'s "quoted" and `backticked`',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell would take it for a variable
  '$(touch /tmp/owned) ${HOME} $HOME; ls | cat && true',
  '<b>bold</b> <a href="x">link</a> <img src=x> &amp; & <',
  '--title --text=other -e',
  'a\\nb \\t \\x41 \\\\ \\u0041 \\',
  'line\nend\r\n\u001b[31mred\u0007 \u202eturned',
  '%0A %s %d %n %25 100%',
  '_mnemonic a_b __c &Open',
  '" & (do shell script "id") & "',
  'arn:aws:iam::111111111111:mfa/grün-€-😀',
]

/** Names of the cases that show all of them at once. */
const SHOWS_SECRET = 'shows as text, all odd messages at once, when it hides what is typed'
const SHOWS_YES_NO = 'shows as text, all odd messages at once, when it asks for yes or no'

/** An answer that no question holds. */
const SECRET = 'Tr0ub4dor-EXAMPLE'

/**
 * The conformance suite for prompts.
 *
 * @example
 * ```ts
 * import { testPrompt } from '@aws-vault/plugin-sdk/testkit'
 * import prompt from '../src/index.ts'
 *
 * testPrompt({ name: 'paper', prompt, sitDown: async () => new PaperDesk(), nobody: { programEnvironment: {} } })
 * ```
 */
export function testPrompt({ name, prompt, sitDown, nobody, deviations = [] }: PromptSuite): void {
  const cases = [
    ...commonCases,
    ...ODD_MESSAGES.map(message => shownCase(`shows as text: ${printable(message)}`, { message })),
    // A program may take a question of another kind by another way.
    shownCase(SHOWS_SECRET, { message: ODD_MESSAGES.join(' ; '), secret: true }),
    shownCase(SHOWS_YES_NO, { message: ODD_MESSAGES.join(' ; '), yesNo: true }),
  ]
  runCases(`prompt ${name}`, cases, deviations, async () => new Fixture(prompt, await sitDown(), nobody))
}

class Fixture implements AsyncDisposable {
  readonly desk: PromptDesk
  readonly context: TestContext
  readonly aborter = new AbortController()
  readonly nobody: PromptSuite['nobody']
  readonly prompt: Prompt

  constructor(prompt: Prompt, desk: PromptDesk, nobody: PromptSuite['nobody']) {
    this.desk = desk
    this.prompt = prompt
    this.nobody = nobody
    this.context = testContext({ ...desk.context, signal: this.aborter.signal })
  }

  ask(request: Partial<PromptRequest> = {}): Promise<string> {
    const asked = this.prompt.ask({ message: 'What is it?', secret: false, ...request }, this.context)
    // Whoever waits for the question first must not end by its failure.
    asked.catch(() => {})
    return asked
  }

  /** Asks, waits for the question and does what a person does. */
  async conversation(request: Partial<PromptRequest>, person: () => Promise<void>): Promise<string> {
    const asked = this.ask(request)
    await Promise.race([this.desk.seesQuestion(), asked])
    await person()
    return asked
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.aborter.abort()
    await this.desk[Symbol.asyncDispose]()
  }
}

const refused = (code: string) => (error: unknown) => isVaultError(error, code)

const commonCases: readonly Case<Fixture>[] = [
  {
    name: 'gives the answer without its line end',
    async run(fixture) {
      const { desk } = fixture
      assert.equal(await fixture.conversation({}, () => desk.answers('129 456')), '129 456')
      await desk.seesNothing()
    },
  },
  {
    name: 'gives a secret, and says it nowhere',
    async run(fixture) {
      const { desk, context } = fixture
      assert.equal(await fixture.conversation({ secret: true }, () => desk.answers(SECRET)), SECRET)
      assertNoSecret([SECRET], context.logged, 'the log')
    },
  },
  {
    name: 'takes an empty answer for an answer',
    async run(fixture) {
      assert.equal(await fixture.conversation({}, () => fixture.desk.answers('')), '')
    },
  },
  {
    name: 'gives letters of other alphabets',
    async run(fixture) {
      assert.equal(await fixture.conversation({}, () => fixture.desk.answers('grün €')), 'grün €')
    },
  },
  {
    name: 'says when the person declines',
    async run(fixture) {
      for (const secret of [false, true]) {
        const asked = fixture.conversation({ secret }, () => fixture.desk.declines())
        await assert.rejects(asked, refused('ERR_PROMPT_CANCELLED'))
        await fixture.desk.seesNothing()
      }
    },
  },
  {
    name: 'gives yes for a yes, and nothing like it for a no',
    async run(fixture) {
      const { desk } = fixture
      const asked = { message: 'Shall it be?', yesNo: true }
      assert.match(await fixture.conversation(asked, () => desk.decides(true)), /^y(es)?$/i)
      await desk.seesNothing()
      const no = await fixture
        .conversation(asked, () => desk.decides(false))
        .catch(error => {
          assert.ok(refused('ERR_PROMPT_CANCELLED')(error), String(error))
          return ''
        })
      assert.doesNotMatch(no, /^y(es)?$/i)
    },
  },
  {
    name: 'takes Return alone for no yes',
    async run(fixture) {
      const { desk } = fixture
      const asked = { message: 'Shall it be?', yesNo: true }
      const answer = await fixture.conversation(asked, () => desk.answers('')).catch(() => '')
      assert.doesNotMatch(answer, /^y(es)?$/i)
    },
  },
  {
    name: 'takes the question away when it is aborted',
    async run(fixture) {
      const asked = fixture.ask()
      await Promise.race([fixture.desk.seesQuestion(), asked])
      fixture.aborter.abort()
      await assert.rejects(asked, refused('ERR_PROMPT_CANCELLED'))
      await fixture.desk.seesNothing()
    },
  },
  {
    name: 'asks nothing when it is aborted already',
    async run(fixture) {
      fixture.aborter.abort()
      await assert.rejects(fixture.ask(), refused('ERR_PROMPT_CANCELLED'))
      await fixture.desk.seesNothing()
    },
  },
  {
    name: 'says what to do when nobody can be asked',
    async run({ prompt, nobody }) {
      const asked = prompt.ask({ message: 'What is it?', secret: false }, testContext(nobody))
      await assert.rejects(asked, error => isVaultError(error, 'ERR_PROMPT_UNAVAILABLE') && error.hint !== undefined)
    },
  },
]

function shownCase(name: string, request: Partial<PromptRequest> & { readonly message: string }): Case<Fixture> {
  const { message } = request
  return {
    name,
    async run(fixture) {
      const asked = fixture.ask(request)
      const seen = await Promise.race([fixture.desk.seesQuestion(), asked])
      if (seen !== undefined)
        assert.ok(seen.includes(printable(message)), `${seen} does not show ${printable(message)}`)
      if (request.yesNo) {
        await fixture.desk.decides(false)
        assert.doesNotMatch(await asked.catch(() => ''), /^y(es)?$/i)
      } else {
        await fixture.desk.declines()
        await assert.rejects(asked, refused('ERR_PROMPT_CANCELLED'))
      }
    },
  }
}
