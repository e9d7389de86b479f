import { ANOTHER_KEYRING, VaultError } from '@aws-vault/plugin-sdk'
import type { Binding } from './binding.ts'

/** The path of keytar's module. @throws VaultError ERR_KEYRING_UNAVAILABLE when it is not installed */
export function keytarPath(platform: NodeJS.Platform): string {
  try {
    return requireHere().resolve('keytar')
  } catch (cause) {
    throw unavailable(cause, platform)
  }
}

/** Loads keytar into this process. @throws VaultError ERR_KEYRING_UNAVAILABLE when it cannot be */
export function loadKeytar(platform: NodeJS.Platform): Binding {
  const path = keytarPath(platform)
  try {
    return requireHere()(path) as Binding
  } catch (cause) {
    throw unavailable(cause, platform)
  }
}

/** A `require` beside this code, bundled or not. A plain `import` would put a native module into the bundle. */
function requireHere(): NodeJS.Require {
  const here = typeof __filename === 'string' ? __filename : import.meta.url
  return process.getBuiltinModule('node:module').createRequire(here)
}

function unavailable(cause: unknown, platform: NodeJS.Platform): VaultError {
  const { message, hint } = explainFailure(cause instanceof Error ? cause.message : String(cause), platform)
  return new VaultError('ERR_KEYRING_UNAVAILABLE', message, { hint, cause })
}

const tools: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "Apple's command-line tools (xcode-select --install) and python3",
  win32: "Visual Studio's C++ build tools and Python 3",
}
const linuxTools =
  'a C++ compiler, make, python3, pkg-config and the headers of libsecret (Debian: build-essential python3 pkg-config libsecret-1-dev)'

/** Why keytar cannot be loaded, and what to install. Pure. */
export function explainFailure(error: string, platform: NodeJS.Platform): { message: string; hint: string } {
  const build = tools[platform] ?? linuxTools
  const missing = /([\w.-]+\.so[\w.]*): cannot open shared object/.exec(error)?.[1]
  if (missing !== undefined) {
    const hint = missing.startsWith('libsecret')
      ? 'install libsecret (Debian and Ubuntu: libsecret-1-0; Fedora and Arch: libsecret)'
      : `install what brings ${missing}`
    return { message: `keytar needs ${missing}, which is not here`, hint }
  }
  if (/Cannot find module '[^']*keytar\.node'/.test(error)) {
    return {
      message: 'the package keytar is installed without its native part, which could not be built',
      hint: `install ${build}, then aws-vault again, or ${ANOTHER_KEYRING}`,
    }
  }
  if (/Cannot find module/.test(error)) {
    return {
      message: 'the optional package keytar is not installed',
      hint: `install ${build}, then aws-vault again with optional packages, or ${ANOTHER_KEYRING}`,
    }
  }
  return {
    message: `the package keytar cannot be loaded: ${error.split('\n')[0]}`,
    hint: `install ${build}, then aws-vault again, or ${ANOTHER_KEYRING}`,
  }
}
