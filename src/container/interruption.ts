import type { SignalWatch } from '../exec/end-on-signal.ts'

/** What ends our work early: a signal, or our letting go of everything. */
export class Interruption {
  readonly #controller = new AbortController()
  #signals: SignalWatch | undefined
  #leavesSignals = false
  #isBySignal = false

  /** Aborted when we let go of everything. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether a signal is ending us, so that nobody needs to be told why things fail. */
  get isBySignal(): boolean {
    return this.#isBySignal
  }

  /** From now on a signal ends what we have started before it ends us. */
  async watchSignals(): Promise<void> {
    const { endOnSignal } = await import('../exec/end-on-signal.ts')
    if (this.#leavesSignals || this.signal.aborted) return
    this.#signals ??= endOnSignal(reason => {
      this.#isBySignal = true
      this.#controller.abort(reason)
    })
  }

  /** From now on somebody else decides what becomes of a signal; one that has come already ends us here. */
  leaveSignals(): void {
    this.#leavesSignals = true
    this.#signals?.release()
    this.#signals = undefined
  }

  abort(): void {
    this.#controller.abort()
  }
}
