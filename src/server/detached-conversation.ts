import { PromptUnavailableError } from '@aws-vault/plugin-sdk'
import type { Ask } from '../container.ts'
import { type FromServer, line, messages, type Order, receivedError, sentError, type ToServer } from './conversation.ts'
import type { ServerState } from './state-file.ts'

/** A conversation with the process that started us. */
export interface DetachedConversation {
  readonly order: Order
  /** Lets the person be asked there. One question at a time. */
  readonly ask: Ask
  /** Says that we serve; there is no conversation any more then. */
  ready(state: ServerState): void
  /** Says why we do not. */
  failed(error: unknown): void
}

/**
 * Listens to stdin. When it ends before we are ready, so do we: nobody would know of us.
 * @throws Error when nothing sensible comes
 */
export async function openConversation(): Promise<DetachedConversation> {
  const { stdin, stdout } = process
  stdout.on('error', () => {})
  const incoming = messages<Order | ToServer>(stdin)
  const first = await incoming.next()
  if (first.done === true) throw new PromptUnavailableError('this command is for aws-vault server start --detach')
  let isOver = false
  let last: Promise<unknown> = Promise.resolve()
  /** The last word: nothing is read or written after it. */
  const end = (message: FromServer): void => {
    if (isOver) return
    isOver = true
    stdout.write(line(message), () => {
      stdout.destroy()
      stdin.destroy()
    })
  }
  stdin.once('close', () => {
    if (!isOver) process.exit(1)
  })

  async function askOne(request: Parameters<Ask>[0]): Promise<string> {
    stdout.write(line({ ask: request }))
    const { value } = (await incoming.next()) as { value: ToServer | undefined }
    if (value === undefined) throw new PromptUnavailableError(`${request.message}: nobody is there any more`)
    if ('refused' in value) throw receivedError(value.refused)
    return value.answer
  }

  return {
    order: first.value as Order,
    ask(request) {
      const answer = last.then(() => askOne(request))
      last = answer.catch(() => {})
      return answer
    },
    ready: state => end({ ready: state }),
    failed: error => end({ failed: sentError(error) }),
  }
}
