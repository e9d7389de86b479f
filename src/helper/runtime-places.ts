import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** What decides where a user's runtime directory is. */
export interface RuntimeDirectoryInput {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where caches are: the second choice, since it stays when the user logs out. */
  readonly cache: string
  readonly userId: number | undefined
}

/** Where {@link runtimeDirectory} of runtime-directory.ts may lead, the first choice first. Looks at nothing. */
export function runtimePlaces(input: RuntimeDirectoryInput): string[] {
  const { XDG_RUNTIME_DIR: given = '' } = input.environment
  return [...(isAbsolute(given) ? [join(given, 'aws-vault')] : []), ...placesElsewhere(input)]
}

/** Those of them that need no `XDG_RUNTIME_DIR`. */
export const placesElsewhere = ({ cache, userId }: Omit<RuntimeDirectoryInput, 'environment'>): string[] => [
  join(cache, 'run'),
  join(tmpdir(), `aws-vault-${userId ?? 'user'}`),
]
