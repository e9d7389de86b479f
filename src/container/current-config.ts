import { statSync } from 'node:fs'
import { type ConfigFile, readConfigFile } from '../aws-config/read-config.ts'

/** The AWS config file, read once, and again where that is wished and it has changed. */
export class CurrentConfig {
  readonly #path: () => string
  #read: { readonly stamp: string; readonly config: ConfigFile } | undefined

  constructor(path: () => string) {
    this.#path = path
  }

  /** As it was when it was read last. */
  asRead(): ConfigFile {
    return (this.#read ?? this.#readNow()).config
  }

  /** As it is now: the same object while nobody edits it. */
  asItIs(): ConfigFile {
    if (this.#read?.stamp !== stampOf(this.#path())) this.#read = undefined
    return this.asRead()
  }

  #readNow() {
    const path = this.#path()
    // Before it is read: an edit meanwhile is seen the next time.
    const stamp = stampOf(path)
    this.#read = { stamp, config: readConfigFile(path) }
    return this.#read
  }
}

/** Another one after every edit, also one that replaces the file. */
function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? 'none' : `${stats.ino} ${stats.size} ${stats.mtimeNs}`
}
