import type { VaultCommand } from '../command.ts'

/** A command class that can be made: {@link VaultCommand} itself is abstract. */
export type CommandClass = typeof VaultCommand &
  (new (
    ...args: ConstructorParameters<typeof VaultCommand>
  ) => VaultCommand)

/** Our own top-level commands by name, each imported when it is run. */
export const commands: Readonly<Record<string, () => Promise<{ default: CommandClass }>>> = {
  add: () => import('./add.ts'),
  audit: () => import('./audit.ts'),
  clear: () => import('./clear.ts'),
  complete: () => import('./complete.ts'),
  completion: () => import('./completion.ts'),
  doctor: () => import('./doctor.ts'),
  exec: () => import('./exec.ts'),
  export: () => import('./export.ts'),
  helper: () => import('./helper.ts'),
  list: () => import('./list.ts'),
  lock: () => import('./lock.ts'),
  login: () => import('./login.ts'),
  migrate: () => import('./migrate.ts'),
  'prompt-segment': () => import('./prompt-segment.ts'),
  refresh: () => import('./refresh.ts'),
  remove: () => import('./remove.ts'),
  rotate: () => import('./rotate.ts'),
  unlock: () => import('./unlock.ts'),
  update: () => import('./update.ts'),
  version: () => import('./version.ts'),
}

/** Short names of commands. */
export const aliases: Readonly<Record<string, string>> = { ls: 'list', rm: 'remove' }
