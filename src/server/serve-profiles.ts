import {
  type CredentialSource,
  type Exposure,
  type FurtherDoors,
  type PartContext,
  VaultError,
} from '@aws-vault/plugin-sdk'
import type { Container } from '../container.ts'
import { createMfaCodes } from '../credentials/obtain.ts'
import type { CredentialFlags } from '../credentials/wishes.ts'
import { type ProfileSource, profileSource } from './profile-source.ts'
import type { ServedProfile } from './state-file.ts'
import { type Watch, watchedSource } from './watched-source.ts'

/** What to serve, and how. */
export interface ServingWish {
  readonly profiles: readonly string[]
  /** The exposure. */
  readonly kind: string
  readonly flags: CredentialFlags
  /** Whether credentials are obtained when somebody first asks for some. */
  readonly isLazy: boolean
  readonly port?: number
  readonly doors: FurtherDoors
  /** What is watched of a profile's source. */
  watch(profile: string): Watch
}

/** Profiles that are served. */
export interface Serving {
  readonly profiles: readonly ServedProfile[]
  /** See {@link ProfileSource.forget}. @returns how many of the profiles had something to forget */
  forget(profiles?: readonly string[]): number
  close(): Promise<void>
}

/**
 * Serves profiles in this process. One after the other gets its credentials first, so that questions come in turn.
 * @throws VaultError when a profile cannot be planned, its credentials cannot be got, or nothing can listen; nothing is
 * left open then
 */
export async function serveProfiles(container: Container, wish: ServingWish): Promise<Serving> {
  const { exposure, context } = await container.exposure(wish.kind)
  const codes = await createMfaCodes(container, wish.flags['mfa-token'])
  const opened: ProfileSource[] = []
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const profile of opened) profile.close()
    await Promise.all(closers.splice(0).map(closer => closer()))
  }
  try {
    for (const name of wish.profiles) opened.push(await profileSource(container, name, wish.flags, codes))
    if (!wish.isLazy) for (const { source } of opened) await source.current()
    const sources = opened.map(({ source }) => watchedSource(source, wish.watch(source.profile)))
    const exposed = await expose(exposure, sources, wish, withPort(context, wish))
    closers.push(...exposed.closers)
    for (const profile of opened) profile.serve()
    const profiles = opened.map(({ plan: { profile, region } }, index) => ({
      name: profile,
      ...(region === undefined ? {} : { region }),
      environment: exposed.environments[index] ?? {},
    }))
    const forget = (names?: readonly string[]): number => opened.filter(each => each.forget(names)).length
    return { profiles, forget, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface ExposedByOne {
  readonly environments: readonly Readonly<Record<string, string>>[]
  readonly closers: readonly (() => Promise<void>)[]
}

async function expose(
  exposure: Exposure,
  sources: readonly CredentialSource[],
  { kind, doors, port }: ServingWish,
  context: PartContext,
): Promise<ExposedByOne> {
  if (exposure.exposeProfiles !== undefined) {
    const exposed = await exposure.exposeProfiles(sources, doors, context)
    return { environments: exposed.environments, closers: [() => exposed.close()] }
  }
  if (port !== undefined && sources.length > 1) {
    throw notPossible(kind, `several profiles of kind "${kind}" cannot have one port`, 'leave out --port')
  }
  if (doors.socketPath !== undefined || doors.address !== undefined || doors.hosts !== undefined) {
    throw notPossible(kind, `a server of kind "${kind}" has no door for containers`, 'use --kind ecs')
  }
  const environments: Readonly<Record<string, string>>[] = []
  const closers: (() => Promise<void>)[] = []
  try {
    for (const source of sources) {
      const exposed = await exposure.expose(source, context)
      if (exposed.close === undefined) {
        throw notPossible(kind, `the exposure "${kind}" is no server`, 'use --kind ecs')
      }
      closers.push(() => (exposed.close as () => Promise<void>)())
      environments.push(exposed.environment)
    }
  } catch (error) {
    await Promise.all(closers.map(closer => closer()))
    throw error
  }
  return { environments, closers }
}

/** `--port` stands for the option of that name that the part declares. */
function withPort(context: PartContext, { kind, port }: ServingWish): PartContext {
  if (port === undefined) return context
  if (!('port' in context.options)) {
    throw notPossible(kind, `a server of kind "${kind}" has no port to choose`, 'leave out --port')
  }
  return { ...context, options: { ...context.options, port } }
}

const notPossible = (kind: string, message: string, hint: string): VaultError =>
  new VaultError('ERR_SERVER_KIND', message, { hint, facts: { kind } })
