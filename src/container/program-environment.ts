import type { Interruption } from './interruption.ts'
import type { UserSettings } from './user-settings.ts'
import type { World } from './world.ts'

/**
 * The environment for programs that parts start: ours, without secrets. Who asks for it starts a program, which must not
 * outlive us: from then on signals are watched.
 */
export async function environmentForPrograms(
  { environment: inherited, platform }: World,
  userSettings: () => Promise<UserSettings>,
  interruption: Interruption,
): Promise<Record<string, string>> {
  const [{ contributions }, { programEnvironment }] = await Promise.all([
    userSettings(),
    import('../exec/child-environment.ts'),
  ])
  await interruption.watchSignals()
  return programEnvironment({ inherited, secretVariables: contributions.secretVariables(), platform })
}
