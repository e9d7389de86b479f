import type { Check } from './check.ts'
import { clock } from './checks/clock.ts'
import { configKeys } from './checks/config-keys.ts'
import { configSyntax } from './checks/config-syntax.ts'
import { environment } from './checks/environment.ts'
import { fileModes } from './checks/file-modes.ts'
import { keystore } from './checks/keystore.ts'
import { leftovers } from './checks/leftovers.ts'
import { plaintext } from './checks/plaintext.ts'
import { plugins } from './checks/plugins.ts'
import { profiles } from './checks/profiles.ts'
import { regions } from './checks/regions.ts'
import { settings } from './checks/settings.ts'

/** All checks, in the order in which they are shown. A new one is a file in checks/ and a line here. */
export const CHECKS: readonly Check[] = [
  keystore,
  configSyntax,
  configKeys,
  profiles,
  regions,
  plaintext,
  fileModes,
  settings,
  environment,
  plugins,
  clock,
  leftovers,
]
