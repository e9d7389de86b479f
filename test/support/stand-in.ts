import type { Bus, Message } from '@aws-vault/plugin-sdk/dbus'
import { MessageType } from '@aws-vault/plugin-sdk/dbus'
import type { SessionBus } from './session-bus.ts'

/** What a stand-in answers: values with their signature, an error by its name, or nothing at all. */
export type Answer =
  | { readonly signature: string; readonly body: readonly unknown[] }
  | { readonly error: string }
  | 'silence'

/** Answers by the method's name, or by its path, a space and its name. */
export type Answers = Readonly<Record<string, (args: readonly unknown[], call: Message) => Answer>>

/** Puts a program of the test's own in the place of a daemon: for what the real ones do not do on request. */
export async function standIn(session: SessionBus, name: string, answers: Answers): Promise<Bus> {
  const bus = await session.connect()
  bus.serve(call => {
    const answer = (answers[`${call.path} ${call.member}`] ?? answers[call.member ?? ''])?.(call.body, call) ?? {
      error: 'org.freedesktop.DBus.Error.UnknownMethod',
    }
    if (answer === 'silence') return undefined
    if ('error' in answer) {
      return { type: MessageType.error, errorName: answer.error, signature: 's', body: [`${call.member} failed`] }
    }
    return answer
  })
  await bus.callBus('RequestName', 'su', [name, 4])
  return bus
}
