/** Writes oclif.manifest.json, from which help and completion know our commands without loading them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin } from '@oclif/core'

const root = join(import.meta.dirname, '..')
export const manifestFile: string = join(root, 'oclif.manifest.json')

/** The text of the manifest as it should be, from the commands in dist/. */
export async function manifest(): Promise<string> {
  const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true })
  await plugin.load()
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`
}

export async function writeManifest(): Promise<void> {
  writeFileSync(manifestFile, await manifest())
}
