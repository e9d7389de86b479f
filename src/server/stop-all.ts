import type { RunningServer } from './running-servers.ts'

/** What became of servers that were to end. */
export interface Stopped {
  readonly stopped: readonly number[]
  readonly failures: readonly { readonly pid: number; readonly error: unknown }[]
}

/** Ends servers at the same time. One that does not end keeps none of the others from it. */
export async function stopAll(
  servers: readonly RunningServer[],
  stop: (server: RunningServer) => Promise<void>,
): Promise<Stopped> {
  const results = await Promise.allSettled(servers.map(stop))
  const pids = servers.map(({ state }) => state.pid)
  return {
    stopped: pids.filter((_, index) => results[index]?.status === 'fulfilled'),
    failures: results.flatMap((result, index) =>
      result.status === 'rejected' ? [{ pid: pids[index] as number, error: result.reason }] : [],
    ),
  }
}
