import { VaultError } from '@aws-vault/plugin-sdk'
import { type DownloadContext, fetchFile, fetchText, NotThere, shownAddress } from './download.ts'
import { type Manifest, parseIndex, parseManifest, paths } from './manifest.ts'
import { type ReleaseKey, verifySignature } from './minisign.ts'
import type { Release } from './release.ts'

/** In bytes. A list of versions has a hundred bytes for each. */
const LARGEST = { signature: 4096, manifest: 64 * 1024, index: 4 * 1024 * 1024 }

/**
 * The server that releases are fetched from. Nothing that it says is looked at before its signature was found to be of
 * one of the release's own keys: who runs it can withhold versions, and nothing else.
 */
export class ReleaseServer {
  readonly #host: URL
  readonly #release: Pick<Release, 'platform' | 'arch'>
  readonly #keys: readonly ReleaseKey[]
  readonly #context: DownloadContext

  constructor(
    host: URL,
    release: Pick<Release, 'platform' | 'arch'>,
    keys: readonly ReleaseKey[],
    context: DownloadContext,
  ) {
    this.#host = host
    this.#release = release
    this.#keys = keys
    this.#context = context
  }

  /**
   * The newest version of a channel.
   * @throws VaultError ERR_UPDATE_CHANNEL when there is none of that name; ERR_UPDATE_SIGNATURE, ERR_UPDATE_SERVER
   */
  async channel(name: string): Promise<Manifest> {
    const path = paths.channel(name, this.#release)
    try {
      return await this.#signed(path, LARGEST.manifest, text =>
        parseManifest(text, { ...this.#target(), channel: name }),
      )
    } catch (error) {
      if (!(error instanceof NotThere)) throw error
      throw new VaultError('ERR_UPDATE_CHANNEL', `${this.#host.host} has no channel "${name}" for this machine`, {
        hint: 'aws-vault update --available lists what there is',
        facts: { channel: name },
        cause: error,
      })
    }
  }

  /** All versions that can be had, each with its commit. @throws VaultError ERR_UPDATE_SIGNATURE, ERR_UPDATE_SERVER */
  async versions(): Promise<Map<string, string>> {
    try {
      return await this.#signed(paths.index(this.#release), LARGEST.index, text => parseIndex(text, this.#release))
    } catch (error) {
      if (!(error instanceof NotThere)) throw error
      throw new VaultError('ERR_UPDATE_SERVER', `${this.#host.host} has no list of versions for this machine`, {
        hint: 'check AWS_VAULT_UPDATE_HOST and update-host in the settings',
        cause: error,
      })
    }
  }

  /**
   * What the server has of one version.
   * @throws VaultError ERR_UPDATE_VERSION when it has it not; ERR_UPDATE_SIGNATURE, ERR_UPDATE_SERVER
   */
  async version(version: string): Promise<Manifest> {
    const sha = (await this.versions()).get(version)
    const unknown = (cause?: unknown): VaultError =>
      new VaultError('ERR_UPDATE_VERSION', `${this.#host.host} has no version ${version} for this machine`, {
        hint: 'aws-vault update --available lists what there is',
        facts: { version },
        cause,
      })
    if (sha === undefined) throw unknown()
    try {
      const path = paths.manifest(version, sha, this.#release)
      return await this.#signed(path, LARGEST.manifest, text => parseManifest(text, { ...this.#target(), version }))
    } catch (error) {
      throw error instanceof NotThere ? unknown(error) : error
    }
  }

  /**
   * Fetches a version's tarball.
   * @param write gets it in pieces, with how many bytes that makes; throws a VaultError when it cannot
   * @throws VaultError ERR_UPDATE_DAMAGED, ERR_UPDATE_SERVER
   */
  async tarball(
    { version, sha, size, sha256gz }: Manifest,
    write: (chunk: Buffer, done: number) => Promise<void>,
  ): Promise<void> {
    const url = this.#url(paths.tarball(version, sha, this.#release))
    try {
      await fetchFile(url, { size, sha256: sha256gz }, this.#context, write)
    } catch (error) {
      if (!(error instanceof NotThere)) throw error
      throw new VaultError('ERR_UPDATE_SERVER', `${shownAddress(url)} is not there`, {
        hint: 'try again later: a release may be on its way there',
        cause: error,
      })
    }
  }

  /** Fetches a file and its signature, checks that, and only then reads the file. */
  async #signed<T>(path: string, largest: number, read: (text: string) => T): Promise<T> {
    const url = this.#url(path)
    const text = await fetchText(url, largest, this.#context)
    let signature = ''
    try {
      signature = await fetchText(this.#url(`${path}.minisig`), LARGEST.signature, this.#context)
    } catch (error) {
      if (!(error instanceof NotThere)) throw error
    }
    try {
      verifySignature(Buffer.from(text), signature, this.#keys)
      return read(text)
    } catch (cause) {
      throw new VaultError(
        'ERR_UPDATE_SIGNATURE',
        `the signature of ${shownAddress(url)} does not hold: ${signature === '' ? 'there is none' : (cause as Error).message}`,
        {
          hint: 'nothing was changed; if it stays so, tell those who run that server, and the maintainers',
          facts: { url: shownAddress(url) },
          cause,
        },
      )
    }
  }

  #target(): Pick<Release, 'platform' | 'arch'> {
    return { platform: this.#release.platform, arch: this.#release.arch }
  }

  #url(path: string): URL {
    return new URL(path, this.#host)
  }
}
