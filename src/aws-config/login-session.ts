import { resolveProfile } from './profile.ts'
import type { ConfigFile } from './read-config.ts'

/** Whose sign-in to the AWS console a profile uses (`login_session`, as `aws login` writes it). */
export function loginSession(config: ConfigFile, name: string): string | undefined {
  return resolveProfile(config, name).get('login_session')?.value
}
