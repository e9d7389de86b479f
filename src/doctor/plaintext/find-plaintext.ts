import { basename, dirname, join } from 'node:path'
import { configPath } from '../../aws-config/config-path.ts'
import { expandHome } from '../../settings/option-value.ts'
import { shortPath, type World } from '../check.ts'
import { type FoundKey, keysInAssignments, keysInAwsFile } from './find-keys.ts'

/** A key pair, and the file that it lies open in. */
export interface PlaintextKey extends FoundKey {
  readonly file: string
  /** Whether a shell runs that file; AWS's files and `.env` files are only read. */
  readonly isScript: boolean
}

/** What of the world is needed to find keys. */
export type Files = Pick<World, 'environment' | 'homeDirectory' | 'workingDirectory' | 'readText' | 'names' | 'hide'>

const shellFiles = [
  ...[
    '.profile',
    '.bashrc',
    '.bash_profile',
    '.bash_login',
    '.bash_aliases',
    '.bash_logout',
    '.kshrc',
    '.cshrc',
    '.tcshrc',
  ],
  ...['.zshrc', '.zprofile', '.zshenv', '.zlogin', '.config/fish/config.fish'],
]

/** AWS's file of plaintext credentials. */
export function credentialsPath({ environment, homeDirectory }: Pick<World, 'environment' | 'homeDirectory'>): string {
  const { AWS_SHARED_CREDENTIALS_FILE: file } = environment
  return file ? expandHome(file, homeDirectory) : join(homeDirectory, '.aws', 'credentials')
}

/** Every key pair in AWS's files, the start files of shells, and the `.env` files from here up to the home directory. */
export function findPlaintext(world: Files): PlaintextKey[] {
  const { environment, homeDirectory: home } = world
  const fish = join(home, '.config', 'fish', 'conf.d')
  const zsh = environment.ZDOTDIR
    ? ['.zshrc', '.zprofile', '.zshenv', '.zlogin'].map(name => join(environment.ZDOTDIR ?? '', name))
    : []
  const aws = [credentialsPath(world), configPath(environment.AWS_CONFIG_FILE, home)]
  const assigned = [
    ...shellFiles.map(name => join(home, name)),
    ...zsh,
    ...world
      .names(fish)
      .filter(name => name.endsWith('.fish'))
      .map(name => join(fish, name)),
    ...directoriesUp(world).flatMap(directory =>
      world
        .names(directory)
        .filter(name => /^\.env(?:rc|\..+)?$/.test(name))
        .map(name => join(directory, name)),
    ),
  ]
  const found = [
    ...[...new Set(aws)].flatMap(file => keysOf(world, file, text => keysInAwsFile(text, file))),
    ...[...new Set(assigned)].flatMap(file => keysOf(world, file, keysInAssignments)),
  ]
  for (const { secretAccessKey } of found) world.hide(secretAccessKey)
  return found
}

function keysOf({ readText }: Files, file: string, find: (text: string) => FoundKey[]): PlaintextKey[] {
  const text = readText(file)
  const isScript = find === keysInAssignments && !/^\.env(?:\.|$)/.test(basename(file))
  return text === undefined ? [] : find(text).map(key => ({ ...key, file, isScript }))
}

/** From where the user is up to the home directory; where that is not above, only where the user is. */
function directoriesUp({ workingDirectory, homeDirectory }: Files): string[] {
  const directories = [workingDirectory]
  for (let at = workingDirectory; at !== homeDirectory && at !== dirname(at); ) {
    at = dirname(at)
    directories.push(at)
  }
  return directories.at(-1) === homeDirectory ? directories : [workingDirectory]
}

/** Why a key is not removable, in words. */
export const entangled = 'other things stand on its line, or it is part of a longer text'

/** A key's ID as it may be shown: who knows it recognises it by its end. */
export const shownId = ({ accessKeyId }: Pick<FoundKey, 'accessKeyId'>): string =>
  `${accessKeyId.slice(0, 4)}...${accessKeyId.slice(-4)}`

/** `~/.aws/credentials:2 [work]`. */
export function describePlace(world: Pick<World, 'homeDirectory'>, { file, lines, profile }: PlaintextKey): string {
  return `${shortPath(world, file)}:${lines[0]}${profile === undefined ? '' : ` [${profile}]`}`
}
