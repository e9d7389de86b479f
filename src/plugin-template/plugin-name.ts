import { VaultError } from '@aws-vault/plugin-sdk'

/** What a new plugin is called, in all the forms that its files need. */
export interface PluginNames {
  /** The part's name: `my-store`. */
  readonly name: string
  /** For variables: `MY_STORE`. */
  readonly NAME: string
  /** For keys of profiles: `my_store`. */
  readonly key: string
  /** For error codes, which are of letters: `MYSTORE`. */
  readonly CODE: string
  /** The package: `@acme/aws-vault-keyring-my-store`. */
  readonly package: string
}

const LONGEST = 40

/**
 * The names of a new plugin.
 * @param kind `keyring`, `provider`, `exposure` or `prompt`
 * @param scope of the npm package, with or without `@`; none if absent
 * @throws VaultError ERR_PLUGIN_NAME when it can be no part's name, or the scope none of npm's
 */
export function pluginNames(kind: string, name: string, scope?: string): PluginNames {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length < 2 || name.length > LONGEST) {
    const near = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^[-\d]+|-+$/g, '')
      .slice(0, LONGEST)
    throw new VaultError(
      'ERR_PLUGIN_NAME',
      `"${name}" cannot be a ${kind}'s name: it takes 2 to ${LONGEST} lower-case letters, digits and single dashes, a letter first`,
      near.length < 2 ? {} : { hint: `aws-vault plugins create ${kind} ${near}` },
    )
  }
  const bare = scope?.replace(/^@/, '')
  if (bare !== undefined && !/^[a-z0-9][a-z0-9._-]*$/.test(bare)) {
    throw new VaultError('ERR_PLUGIN_NAME', `"${scope}" cannot be the scope of an npm package`, {
      hint: `aws-vault plugins create ${kind} ${name} --scope @acme`,
    })
  }
  return {
    name,
    NAME: name.toUpperCase().replaceAll('-', '_'),
    key: name.replaceAll('-', '_'),
    CODE: name.toUpperCase().replaceAll(/[^A-Z]/g, ''),
    package: `${bare === undefined ? '' : `@${bare}/`}aws-vault-${kind}-${name}`,
  }
}
