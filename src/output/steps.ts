import { printable } from '@aws-vault/plugin-sdk'
import { canDraw, drawTask } from './draw-task.ts'
import { writeStderr } from './logger.ts'

/** Shows on stderr what is done, step by step. */
export interface Steps extends AsyncDisposable {
  /** The step before is done, and this one begins. */
  say(this: void, what: string): void
  /** The step that was begun last is done, or was not. To be waited for before anybody is asked anything. */
  end(this: void, isDone: boolean): Promise<void>
}

/** Drawn where a person looks on; plain lines elsewhere. */
export function openSteps(title: string): Steps {
  return canDraw() ? drawnSteps(title) : plainSteps(title)
}

function plainSteps(title: string): Steps {
  return {
    say: what => writeStderr(printable(`${title}: ${what}`)),
    async end() {},
    async [Symbol.asyncDispose]() {},
  }
}

function drawnSteps(title: string): Steps {
  let drawn: Promise<unknown> = Promise.resolve()
  let finish = (_isDone: boolean): void => {}
  const end = async (isDone: boolean): Promise<void> => {
    finish(isDone)
    await drawn
  }
  return {
    say(what) {
      finish(true)
      const ended = new Promise<boolean>(resolve => {
        finish = resolve
      })
      // The work is not worth less without a drawing of it.
      drawn = drawn.then(() => draw(printable(`${title}: ${what}`), ended)).catch(() => {})
    },
    end,
    [Symbol.asyncDispose]: () => end(true),
  }
}

async function draw(title: string, ended: Promise<boolean>): Promise<void> {
  await drawTask(title, async () => {
    if (!(await ended)) throw new Error(title)
  })
}
