import type { PartContext } from '@aws-vault/plugin-sdk'
import { type RuntimeDirectoryInput, runtimeDirectories, runtimeDirectory } from '../helper/runtime-directory.ts'
import { expandHome } from '../settings/option-value.ts'
import { sessionBusAddress } from '../settings/session-bus.ts'
import { once } from './once.ts'
import type { World } from './world.ts'

/** What of a context is made elsewhere. */
export type CallServices = Pick<
  PartContext,
  'logger' | 'clock' | 'signal' | 'desk' | 'programEnvironment' | 'ask' | 'withLock'
>

/** What calls to AWS of our own may use: a part's context without options. */
export function makeCallContext(world: World, services: CallServices): PartContext {
  const { environment, platform, homeDirectory } = world
  return {
    ...services,
    options: {},
    http: httpOptions(world),
    platform,
    homeDirectory,
    sessionBus: sessionBusAddress(environment),
    runtimeDirectory: once(() => runtimeDirectory(runtimeDirectoryInput(world))),
    runtimeDirectories: () => runtimeDirectories(runtimeDirectoryInput(world)),
    startHelper: () => Promise.reject(new Error('only parts have helpers')),
  }
}

function httpOptions({ environment, homeDirectory }: World): PartContext['http'] {
  const { AWS_CA_BUNDLE: caBundle } = environment
  const httpsProxy = environment.HTTPS_PROXY || environment.https_proxy
  const noProxy = environment.NO_PROXY || environment.no_proxy
  return {
    ...(caBundle ? { caBundle: expandHome(caBundle, homeDirectory) } : {}),
    ...(httpsProxy ? { httpsProxy } : {}),
    ...(noProxy ? { noProxy } : {}),
  }
}

function runtimeDirectoryInput({ environment, directories, platform }: World): RuntimeDirectoryInput {
  const userId = platform === 'win32' ? undefined : process.getuid?.()
  return { environment, cache: directories.cache, userId }
}
