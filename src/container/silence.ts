import type { AsyncLocalStorage } from 'node:async_hooks'

/** Tasks in which nobody is asked anything, while others may be for other tasks. */
export class Silence {
  #tasks: AsyncLocalStorage<true> | undefined

  /** Whether what runs now belongs to such a task. */
  get isKept(): boolean {
    return this.#tasks?.getStore() === true
  }

  keepDuring<T>(task: () => Promise<T>): Promise<T> {
    const { AsyncLocalStorage: Storage } = process.getBuiltinModule('node:async_hooks')
    this.#tasks ??= new Storage<true>()
    return this.#tasks.run(true, task)
  }
}
