import { PromptUnavailableError } from '@aws-vault/plugin-sdk'
import type { Container } from '../../container.ts'
import { closeInherited } from '../../helper/close-inherited.ts'
import { openConversation } from '../../server/detached-conversation.ts'
import { serverWish } from '../../server/server-wish.ts'
import ServerStart from './start.ts'

/** The other end of `server start --detach`. Nobody types it. */
export default class ServerDetached extends ServerStart {
  static override summary = 'Serve as another process says on stdin'
  static override hidden = true

  override async run(): Promise<void> {
    closeInherited()
    const talk = await openConversation()
    try {
      Object.assign(process.env, talk.order.secrets)
      const { flags, container, profiles } = await this.openStart(talk.order.argv)
      container.askInstead(talk.ask)
      // Without the profiles: all users of a machine see it, and nothing else there names them.
      process.title = 'aws-vault server'
      const { id, order } = talk.order
      const wish = serverWish({ id, order, profiles }, flags, container.world.environment)
      await this.serve(container, wish, flags, state => {
        talk.ready(state)
        this.#beAlone(container)
      })
    } catch (error) {
      talk.failed(error)
      process.exitCode = 1
    }
  }

  /** Nobody listens from here on. */
  #beAlone(container: Container): void {
    container.askInstead(({ message }) =>
      Promise.reject(new PromptUnavailableError(`${message}: the server has no terminal to ask in`)),
    )
  }
}
