import { writeStderr } from './logger.ts'

/** Whether a person looks on at what is drawn; listr2 draws nothing unless stdout is a terminal as well as stderr. */
export function canDraw(): boolean {
  const { isatty } = process.getBuiltinModule('node:tty')
  return isatty(2) && isatty(1)
}

/** How a task looks. */
export interface Drawing {
  /** Whether nothing of it stays. */
  readonly clearOutput?: boolean
}

/**
 * Draws one task on stderr for as long as it takes. What draws is loaded when there is something to draw: it is large.
 * @param work may give the task another title; that it throws is shown
 * @throws what `work` throws
 */
export async function drawTask(
  title: string,
  work: (retitle: (title: string) => void) => Promise<void>,
  drawing: Drawing = {},
): Promise<void> {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2')
  const logger = new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const showCursor = (): void => {
    writeStderr('\u001b[?25h')
    process.kill(process.pid, 'SIGINT')
  }
  process.once('SIGINT', showCursor)
  const task = async (_: unknown, { task }: { task: { title?: string | undefined } }): Promise<void> =>
    work(text => {
      task.title = text
    })
  const rendererOptions = { logger, showErrorMessage: false, collapseErrors: false, ...drawing }
  try {
    await new Listr([{ title, task }], { registerSignalListeners: false, rendererOptions }).run()
  } finally {
    process.off('SIGINT', showCursor)
  }
}
