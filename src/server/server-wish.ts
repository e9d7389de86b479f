import { parseDuration } from '../aws-config/values.ts'
import { repeatedFlags } from '../export/repeated-flags.ts'

/** A server as the user wants it. */
export interface ServerWish {
  readonly id: string
  readonly profiles: readonly string[]
  readonly kind: string
  readonly isDetached: boolean
  readonly isLazy: boolean
  /** See {@link ServerState.order}. */
  readonly order: string
  /** The flags that decide over the credentials, as words, for hints. */
  readonly repeated: readonly string[]
  readonly port?: number
  readonly idleSeconds?: number
  readonly stopsWhenLocked: boolean
  readonly isForContainers: boolean
  readonly listen?: string
}

/** The flags of `server start` that say how to serve. */
export interface ServerFlags {
  readonly kind: string
  readonly detach?: boolean | undefined
  readonly port?: number | undefined
  readonly idle?: string | undefined
  readonly 'stop-when-locked'?: boolean | undefined
  readonly container?: boolean | undefined
  readonly listen?: string | undefined
  readonly lazy?: boolean | undefined
}

/**
 * What a command line asks for. Pure, but for the current directory: see repeated-flags.ts.
 * @throws VaultError ERR_CONFIG_VALUE when `--idle` is no length of time
 */
export function serverWish(
  named: Pick<ServerWish, 'id' | 'order' | 'profiles'>,
  flags: ServerFlags,
  environment: Readonly<Record<string, string | undefined>>,
): ServerWish {
  const { kind, detach, lazy, port, listen, idle, container } = flags
  return {
    ...named,
    kind,
    isDetached: detach === true,
    isLazy: lazy === true,
    repeated: repeatedFlags({ ...flags }, environment).args,
    stopsWhenLocked: flags['stop-when-locked'] === true,
    isForContainers: container === true,
    ...(port === undefined ? {} : { port }),
    ...(listen === undefined ? {} : { listen }),
    ...(idle === undefined
      ? {}
      : { idleSeconds: parseDuration(idle, { name: 'idle', origin: { kind: 'flag', flag: 'idle' } }) }),
  }
}
