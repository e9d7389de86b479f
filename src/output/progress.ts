import { canDraw, drawTask } from './draw-task.ts'
import { writeStderr } from './logger.ts'

/** Shows how far a long piece of work is, on stderr. */
export interface Progress extends AsyncDisposable {
  /** @param of how many there are in all; few are done before anybody could read of it */
  update(this: void, done: number, of: number): void
}

/** Work of fewer pieces is not worth a word. */
const worthShowing = 20

/**
 * A bar where a person looks on; a line for each tenth of the work elsewhere. It appears with the first piece that is
 * done, so that questions come before it.
 */
export function openProgress(title: string): Progress {
  return canDraw() ? barProgress(title) : lineProgress(title)
}

function lineProgress(title: string): Progress {
  let told = 0
  return {
    update(done, of) {
      const tenth = Math.floor((done * 10) / of)
      if (of < worthShowing || tenth === told) return
      told = tenth
      writeStderr(`${title}: ${done} of ${of}`)
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** The bar of `done` of `of`, e.g. `[=======>            ] 70 of 200`. Pure. */
export function bar(done: number, of: number, width = 30): string {
  const filled = Math.floor((done * width) / of)
  const head = filled < width ? '>' : ''
  return `[${('='.repeat(Math.max(0, filled)) + head).padEnd(width)}] ${done} of ${of}`
}

function barProgress(title: string): Progress {
  let shown: Promise<unknown> | undefined
  let show = (_text: string): void => {}
  let finish = (): void => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  const work = async (retitle: (title: string) => void): Promise<void> => {
    show = text => retitle(`${title} ${text}`)
    await finished
  }
  return {
    update(done, of) {
      if (of < worthShowing) return
      // The work is not worth less without a bar.
      shown ??= drawTask(title, work, { clearOutput: true }).catch(() => {})
      show(bar(done, of))
    },
    async [Symbol.asyncDispose]() {
      finish()
      await shown
    },
  }
}
