import { arch, homedir } from 'node:os'
import type { Interfaces } from '@oclif/core'
import { Config } from '@oclif/core/config'

/** What of our package.json is needed at start; put into the bundle when it is built. */
export interface StartPackageJson {
  readonly name: string
  readonly version: string
  readonly oclif: Interfaces.PJSON['oclif']
}

/**
 * oclif's configuration as far as our own commands need it, made from what is known instead of from a walk through
 * package.json files. The directories are the very ones that oclif's own loading finds.
 */
export class StartConfig extends Config {
  constructor(root: string, packageJson: StartPackageJson) {
    super({ root })
    this.root = root
    this.pjson = packageJson as Interfaces.PJSON
    this.name = packageJson.name
    this.version = packageJson.version
    this.bin = packageJson.oclif.bin ?? packageJson.name
    this.dirname = packageJson.oclif.dirname ?? packageJson.name
    this.topicSeparator = packageJson.oclif.topicSeparator === ' ' ? ' ' : ':'
    this.arch = arch() as typeof this.arch
    this.platform = process.platform as typeof this.platform
    this.windows = process.platform === 'win32'
    this.userAgent = `${this.name}/${this.version} ${this.platform}-${this.arch} node-${process.version}`
    this.home = process.env.HOME || (this.windows && this.windowsHome()) || homedir()
    this.cacheDir = this.scopedEnvVar('CACHE_DIR') || this.macosCacheDir() || this.dir('cache')
    this.configDir = this.scopedEnvVar('CONFIG_DIR') || this.dir('config')
    this.dataDir = this.scopedEnvVar('DATA_DIR') || this.dir('data')
  }

  /** No plugin is loaded, so nothing is hooked. */
  override async runHook<T extends keyof Interfaces.Hooks>(): Promise<
    Interfaces.Hook.Result<Interfaces.Hooks[T]['return']>
  > {
    return { failures: [], successes: [] }
  }
}
